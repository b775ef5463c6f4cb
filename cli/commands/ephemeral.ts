import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Client } from "@temporalio/client";
import { connectionOptions, readConfiguration, type Configuration } from "../../configuration.ts";
import type { Stack } from "../../dev/stack.ts";
import type { Command } from "../command.ts";
import { CONNECT_MS, Context } from "../context.ts";
import { fail, nest, suspendAndResume } from "../ephemeral/chapters.ts";
import { Findings, GaveUp, type Lab } from "../ephemeral/lab.ts";
import { Workers } from "../ephemeral/workers.ts";
import { EXIT } from "../exitCodes.ts";
import { parseOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { duration } from "../render/duration.ts";
import { showPublication } from "./publish.ts";

const TASKS = path.join(import.meta.dirname, "../ephemeral/tasks");

/**
 * `tasker ephemeral`: a self-test of suspend, nest and resume on a stack of its own, that explains what it sees.
 * Nothing of it stays: the folder goes even when the process is told to exit at once.
 */
export const ephemeralCommand: Command = {
  async run(args, output) {
    parseOptions("ephemeral", args, {});
    const started = Date.now();
    const folder = mkdtempSync(path.join(tmpdir(), "tasker-ephemeral-"));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    process.once("exit", remove);
    output.say(`A self-test on a stack of its own, in ${folder}. All of it is removed at the end.`);
    const findings = new Findings(output);
    try {
      if (await interrupted(folder, findings, output)) return EXIT.interrupted;
    } finally {
      remove();
      process.off("exit", remove);
    }
    const { checks, failed } = findings;
    output.say(`\nThe stack has stopped, and ${folder} is removed.`);
    output.say(`${checks - failed} of ${checks} checks are fine, after ${duration(Date.now() - started)}.`);
    return failed > 0 ? EXIT.failed : EXIT.ok;
  },
};

/** Runs the chapters; whether Ctrl-C came before their end. */
async function interrupted(folder: string, findings: Findings, output: Output): Promise<boolean> {
  // None of the settings that somebody made for real work: the self-test must not meet it.
  const { PATH, HOME, TASKER_TEMPORAL_CLI } = process.env;
  const environment = { PATH, HOME, TASKER_TEMPORAL_CLI, TASKER_HOME: folder, TASKER_LOG_LEVEL: "error" };
  const workers = new Workers(environment);
  const context = new Context(readConfiguration(environment), output, async ({ temporalAddress = "" }) => {
    await workers.start(temporalAddress);
    return { stop: () => workers.stop() };
  });
  const { interrupted: signal } = context;
  try {
    const lab = await openLab(context, workers, findings, output);
    try {
      for (const chapter of [suspendAndResume, nest, fail]) await chapter(lab);
    } finally {
      await lab.client.connection.close();
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof GaveUp)) throw error;
    if (error instanceof GaveUp && !signal.aborted) findings.check(false, error.message);
  } finally {
    await context.close();
  }
  if (signal.aborted) output.say("Stopped by Ctrl-C.");
  return signal.aborted;
}

async function openLab(context: Context, workers: Workers, findings: Findings, output: Output): Promise<Lab> {
  const tasker = await context.tasker();
  const [stack, store] = await Promise.all([context.stack(), context.store()]);
  output.say(`Temporal answers at ${stack.address}; process ${workers.pid} is the worker.`);
  const { publishFolder } = await import("../../publishing/publishFolder.ts");
  const { openLoader } = await import("../openLoader.ts");
  showPublication(TASKS, await publishFolder(TASKS, store.versions, openLoader), output);
  return {
    output,
    findings,
    workers,
    store,
    tasker,
    client: await connectClient(context.configuration, stack),
    databaseFile: context.configuration.databaseFile,
    signal: context.interrupted,
    replaceWorker: async (how) => {
      await workers[how]();
      await workers.start(stack.address);
    },
  };
}

/** The commands' own client shows runs; the self-test looks at their histories. */
async function connectClient(configuration: Configuration, { address, namespace }: Stack): Promise<Client> {
  const [{ Client }, { connect }] = await Promise.all([
    import("@temporalio/client"),
    import("../../client/connect.ts"),
  ]);
  const options = connectionOptions({ ...configuration, temporalAddress: address });
  return new Client({ connection: await connect({ ...options, connectTimeout: CONNECT_MS }), namespace });
}

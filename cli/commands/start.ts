import { CODES, TaskerError, taskError } from "../../protocol/errors.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import { parseOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { untilInterrupted } from "../untilInterrupted.ts";
import type { RunningWorker } from "../../worker.ts";
import { withContext } from "../withContext.ts";

/** `tasker start [--wait]`: a stack until Ctrl-C; with TEMPORAL_ADDRESS a worker only, which may wait for its server. */
export const startCommand: Command = {
  run(args, output) {
    const { wait = false } = parseOptions("start", args, { wait: { type: "boolean" } });
    return withContext(output, (context) => {
      const { temporalAddress } = context.configuration;
      return temporalAddress === undefined
        ? runStack(context, output)
        : runWorker(context, temporalAddress, wait, output);
    });
  },
};

async function runStack(context: Context, output: Output): Promise<ExitCode> {
  output.say("Starting Tasker …");
  const stack = await context.stack();
  const places = `Temporal at ${stack.address}${stack.uiUrl === undefined ? "" : `, Web UI at ${stack.uiUrl}`}`;
  if (!stack.owned) {
    output.say(`Tasker runs here already: ${places}. Nothing was started.`);
    return EXIT.ok;
  }
  output.say(`Tasker runs: ${places}`);
  if (stack.codecUrl !== undefined) {
    output.say(`Encryption is on; \`temporal … --codec-endpoint ${stack.codecUrl}\` shows what histories hold.`);
  }
  output.say(`Its data is in ${context.configuration.home}. Ctrl-C stops it; runs go on at the next start.`);
  await untilInterrupted(context, stack.lost, output);
  return EXIT.ok;
}

async function runWorker(context: Context, address: string, wait: boolean, output: Output): Promise<ExitCode> {
  const { configuration, interrupted: signal } = context;
  output.say(`Starting a worker for ${address} …`);
  const [{ startWorker }, { whenReachable }] = await Promise.all([
    import("../../worker.ts"),
    import("../../worker/whenReachable.ts"),
  ]);
  const start = (): Promise<RunningWorker> => startWorker(configuration);
  const worker = await (wait ? whenReachable(start, { signal, say: (line) => output.warn(line) }) : start());
  if (worker === undefined) return EXIT.interrupted;
  output.say(`The worker serves task queue "${configuration.taskQueue}" at ${address}. Ctrl-C stops it.`);
  try {
    const lost = worker.ended.then(
      () => workerLost(),
      (error: unknown) => workerLost(error),
    );
    await untilInterrupted(context, lost, output);
  } finally {
    await worker.stop();
  }
  return EXIT.ok;
}

function workerLost(cause?: unknown): TaskerError {
  const why = cause === undefined ? "" : `: ${cause instanceof Error ? cause.message : "for no known reason"}`;
  return new TaskerError(taskError(CODES.workerLost, `The worker ended unexpectedly${why}. Start it again.`), {
    cause,
  });
}

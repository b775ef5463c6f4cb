import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readConfiguration, type Configuration } from "../configuration.ts";
import type { Environment } from "../configuration/readEnvironment.ts";
import type { StartWorker } from "../dev/stack.ts";
import { readStandIns, removeStandIns, standInEnvironment, writeStandIns } from "../dev/standins/home.ts";
import type { StandIns } from "../dev/standins/standIns.ts";
import type { WorkspaceOptions } from "../dev/standins/workspace/workspace.ts";
import { Context } from "./context.ts";
import { EXIT } from "./exitCodes.ts";
import { catchInterrupts } from "./interrupt.ts";
import type { Output } from "./output.ts";

export interface StandInSettings {
  /** For the workspace, should this process be the one that starts it. */
  readonly workspace?: WorkspaceOptions;
  /** Told when this process has started the stand-ins; not when it joined those of another. */
  readonly started?: (standIns: StandIns) => void;
}

/**
 * Runs `work` on the stack that uses stand-ins, in the folder `standins` of TASKER_HOME: joined if it runs, else
 * started together with the stand-ins, for the time of this command. `context.configuration` is that stack's.
 */
export async function withStandIns<T>(
  output: Output,
  work: (context: Context) => Promise<T>,
  settings: StandInSettings = {},
): Promise<T> {
  const environment = standInEnvironment(process.env, readConfiguration().home);
  const configuration = readConfiguration(environment);
  const context = new Context(configuration, output, workerWithStandIns(environment, settings));
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

/**
 * Runs `work` with the stand-ins but without Temporal, for what calls a service directly. The configuration leads to
 * the stand-ins of a stack that runs here, else to some that live as long as this call.
 */
export async function withStandInServices<T>(
  work: (configuration: Configuration) => Promise<T>,
  outside: Environment = process.env,
): Promise<T> {
  const environment = standInEnvironment(outside, readConfiguration(outside).home);
  const running = readStandIns(readConfiguration(environment).home);
  if (running) return work(readConfiguration({ ...environment, ...running }));
  const folder = mkdtempSync(path.join(tmpdir(), "tasker-standins-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const interrupts = catchInterrupts(() => undefined);
  interrupts.signal.addEventListener("abort", () => {
    remove();
    process.exit(EXIT.interrupted);
  });
  try {
    const { startStandIns } = await import("../dev/standins/standIns.ts");
    const standIns = await startStandIns({ folder });
    try {
      return await work(readConfiguration({ ...environment, ...standIns.environment }));
    } finally {
      await standIns.stop();
    }
  } finally {
    interrupts.release();
    remove();
  }
}

/** A worker whose tools call stand-ins that start before it and stop after it. */
function workerWithStandIns(environment: Environment, { workspace, started }: StandInSettings): StartWorker {
  return async (configuration) => {
    const folder = configuration.home;
    const [{ startStandIns }, { startWorker }] = await Promise.all([
      import("../dev/standins/standIns.ts"),
      import("../worker.ts"),
    ]);
    const standIns = await startStandIns({ folder, ...(workspace && { workspace }) });
    const stop = async (): Promise<void> => {
      removeStandIns(folder);
      await standIns.stop();
    };
    try {
      const worker = await startWorker(pointedAt(standIns, configuration, environment));
      writeStandIns(folder, standIns.environment);
      started?.(standIns);
      return {
        ended: worker.ended,
        stop: () => worker.stop().finally(stop),
        get client() {
          return worker.client;
        },
      };
    } catch (error) {
      await stop();
      throw error;
    }
  };
}

/** The configuration with what the stand-ins' variables change, and nothing else. */
function pointedAt(standIns: StandIns, configuration: Configuration, environment: Environment): Configuration {
  const before = readConfiguration(environment);
  const after = readConfiguration({ ...environment, ...standIns.environment });
  const changed = Object.entries(after).filter(([name, value]) => {
    return typeof value === "string" && value !== before[name as keyof Configuration];
  });
  return { ...configuration, ...Object.fromEntries(changed) };
}

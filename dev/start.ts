import { once } from "node:events";
import type { Configuration } from "../configuration.ts";
import type { Progress } from "./progress.ts";
import { joinOrStartStack, type StackOptions, type StartWorker } from "./stack.ts";

/**
 * `npm start`: a stack that stays up until Ctrl-C, SIGTERM or the terminal's end; then running steps finish, and runs
 * go on at the next start. With TEMPORAL_ADDRESS it is a worker for that server. A second signal ends the process at once.
 * Answers the exit code: 0, or 3 when the server was lost.
 */
export async function start(
  configuration: Configuration,
  options: StackOptions & { readonly progress: Progress },
): Promise<number> {
  const { progress, startWorker } = options;
  for (const warning of configuration.warnings) progress(warning);
  if (configuration.temporalAddress !== undefined) return startWorkerOnly(configuration, startWorker, progress);

  const stack = await joinOrStartStack(configuration, options);
  if (!stack.owned) {
    progress(`A stack already runs here: ${where(stack)}. Nothing was started.`);
    await stack.stop();
    return 0;
  }
  progress(`Tasker runs: ${where(stack)}. Its data is in ${configuration.home}. Ctrl-C stops it.`);
  const lost = await Promise.race([signalled(progress), stack.lost]);
  if (lost) progress(lost.message);
  await stack.stop();
  progress("Stopped.");
  return lost ? 3 : 0;
}

async function startWorkerOnly(configuration: Configuration, startWorker: StartWorker, progress: Progress) {
  const worker = await startWorker(configuration);
  progress(`A worker serves ${configuration.taskQueue} at ${String(configuration.temporalAddress)}. Ctrl-C stops it.`);
  await signalled(progress);
  await worker.stop();
  progress("Stopped.");
  return 0;
}

function where(stack: { readonly address: string; readonly uiUrl?: string }): string {
  return `Temporal at ${stack.address}${stack.uiUrl === undefined ? "" : `, Web UI at ${stack.uiUrl}`}`;
}

async function signalled(progress: Progress): Promise<undefined> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  await Promise.race(signals.map((signal) => once(process, signal)));
  progress("Stopping: running steps finish, and runs go on at the next start. Again: stop at once.");
  for (const signal of signals) process.on(signal, () => process.exit(130));
  return undefined;
}

import { DefaultLogger, Runtime, type LogLevel } from "@temporalio/worker";
import type { Configuration } from "../configuration.ts";

let installed = false;

/**
 * Temporal's runtime is one a process, and so is its logger: the first worker's level stands.
 * Signals are left to whoever owns the process; the runtime's own handlers would stop workers behind its back.
 */
export function installRuntime(level: Configuration["logLevel"]): void {
  if (installed) return;
  installed = true;
  Runtime.install({ logger: new DefaultLogger(level.toUpperCase() as LogLevel), shutdownSignals: [] });
}

import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogLevel } from "@temporalio/worker";
import type { Configuration } from "../configuration.ts";

let installed = false;

/**
 * Temporal's runtime is one a process, and so is its logger: the first worker's level stands.
 * Signals are left to whoever owns the process; the runtime's own handlers would stop workers behind its back.
 */
export function installRuntime(level: Configuration["logLevel"]): void {
  if (installed) return;
  installed = true;
  // Core warns of what is ordinary here: an activity that ends after its run was cancelled or has ended.
  const core = level === "warn" ? "ERROR" : (level.toUpperCase() as LogLevel);
  Runtime.install({
    logger: new DefaultLogger(level.toUpperCase() as LogLevel),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core, other: "ERROR" }), forward: {} } },
  });
}

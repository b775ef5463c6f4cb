import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogEntry, type LogLevel } from "@temporalio/worker";
import { plainLine } from "../protocol/plain.ts";
import type { Configuration } from "../configuration.ts";
import { sayOnStderr } from "./sayOnStderr.ts";

/**
 * A task that fails, or a tool that does, is the business of its author, who sees it in the run's record. The worker of a
 * limited service's queue has no workflows.
 */
const ORDINARY = new Set([
  "Workflow failed",
  "Activity failed",
  "No workflows registered, not polling for workflow tasks",
]);

let installed = false;

/**
 * Temporal's runtime is one a process, and so is its logger: the first worker's level stands.
 * Signals are left to whoever owns the process; the runtime's own handlers would stop workers behind its back.
 */
export function installRuntime(level: Configuration["logLevel"]): void {
  if (installed) return;
  installed = true;
  const logger = new DefaultLogger(level.toUpperCase() as LogLevel, (entry) => {
    if (level === "debug" || !ORDINARY.has(entry.message)) writeLine(entry);
  });
  // Core warns of what is ordinary here: an activity that ends after its run was cancelled or has ended.
  const core = level === "warn" ? "ERROR" : (level.toUpperCase() as LogLevel);
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core, other: "ERROR" }), forward: {} } },
  });
}

function writeLine({ level, message, meta }: LogEntry): void {
  const error: unknown = meta?.["error"];
  const what = error instanceof Error ? `: ${error.message}` : "";
  sayOnStderr(plainLine(`${new Date().toISOString()} ${level} ${message}${what}`));
}

import { createRequire } from "node:module";
import type { Logger } from "@temporalio/common";
import { Worker } from "@temporalio/worker";
import type { CompiledWorkerOptions } from "@temporalio/worker/lib/worker-options.js";
import type { WorkflowCreator } from "@temporalio/worker/lib/workflow/interface.js";
import { ThreadedVMWorkflowCreator } from "@temporalio/worker/lib/workflow/threaded-vm.js";
import type { WorkflowBundleWithSourceMapAndFilename } from "@temporalio/worker/lib/workflow/workflow-worker-thread/input.js";
import { WatchedThread } from "./watchedThread.ts";

/** The release of @temporalio/worker whose inner parts this folder was written for. */
export const SDK_VERSION = "1.24.0";

/**
 * A worker whose workflow code runs in our own host (leanCreator.ts, watchedThread.ts). It uses inner parts of the SDK, so
 * with any other release of the SDK than the one it was written for it is the SDK's own worker.
 */
export class LeanWorker extends Worker {
  static override async createWorkflowCreator(
    bundle: WorkflowBundleWithSourceMapAndFilename,
    options: CompiledWorkerOptions,
    logger: Logger,
  ): Promise<WorkflowCreator> {
    const version = sdkVersion();
    if (version !== SDK_VERSION) {
      logger.warn(
        `Workflow code runs in the SDK's own host, which uses more CPU time: this is release ${version} of @temporalio/worker, and Tasker's host was written for ${SDK_VERSION}.`,
      );
    }
    // In debug mode workflow code runs on the main thread, where nothing can watch it.
    if (version !== SDK_VERSION || options.debugMode) return super.createWorkflowCreator(bundle, options, logger);
    const thread = new WatchedThread({ cpuMs: options.isolateExecutionTimeoutMs, logger });
    await thread.send({
      type: "init",
      workflowBundle: bundle,
      isolateExecutionTimeoutMs: options.isolateExecutionTimeoutMs,
      reuseV8Context: true,
      registeredActivityNames: new Set(options.activities.keys()),
      hasPatchActivationCallback: false,
    });
    return new ThreadedVMWorkflowCreator([thread]);
  }
}

function sdkVersion(): string {
  const { version } = createRequire(import.meta.url)("@temporalio/worker/package.json") as { version: string };
  return version;
}

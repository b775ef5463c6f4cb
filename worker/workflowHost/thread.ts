/** The SDK's thread for workflow code, with our creator of workflows in the place of the SDK's. */
import { createRequire } from "node:module";
import { workerData } from "node:worker_threads";
import { threadNumber } from "../../sandbox/threadCpu.ts";
import { LeanWorkflowCreator } from "./leanCreator.ts";
import type { WorkflowThreadData } from "./watchedThread.ts";

const require = createRequire(import.meta.url);

new Int32Array((workerData as WorkflowThreadData).tid)[0] = threadNumber() ?? 0;

const reusable = require("@temporalio/worker/lib/workflow/reusable-vm.js") as Record<string, unknown>;
reusable["ReusableVMWorkflowCreator"] = LeanWorkflowCreator;
// Listens for the SDK's requests.
require("@temporalio/worker/lib/workflow/workflow-worker-thread.js");

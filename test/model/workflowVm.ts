import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import proto, { type coresdk } from "@temporalio/proto";
import { bundleWorkflowCode } from "@temporalio/worker";
import { parseWorkflowCode } from "@temporalio/worker/lib/worker.js";
import type { Workflow } from "@temporalio/worker/lib/workflow/interface.js";
import { globalHandlers } from "@temporalio/worker/lib/workflow/vm-shared.js";
import type { WorkflowInfo } from "@temporalio/workflow";
import { ACTIVITIES, WORKFLOW_TYPE } from "../../protocol/names.ts";
import { LeanWorkflowCreator } from "../../worker/workflowHost/leanCreator.ts";

export type Job = coresdk.workflow_activation.IWorkflowActivationJob;
export type Command = coresdk.workflow_commands.IWorkflowCommand;

export interface ExecutionIds {
  readonly runId: string;
  readonly firstRunId: string;
  readonly continuedFrom?: string;
}

/** What an activation says beside its jobs. */
export interface ActivationMoment {
  readonly historyLength: number;
  readonly now: number;
  readonly replaying: boolean;
}

const { WorkflowActivation } = proto.coresdk.workflow_activation;

const ACTIVITY_TYPES = new Set([...Object.values(ACTIVITIES), "http.read"]);

/** Makes instances of the real workflow code in the V8 context that a worker runs it in. */
export class WorkflowVms {
  private readonly creator: LeanWorkflowCreator;

  private constructor(creator: LeanWorkflowCreator) {
    this.creator = creator;
  }

  static async create(): Promise<WorkflowVms> {
    const workflowsPath = fileURLToPath(new URL("../../workflows/index.ts", import.meta.url));
    const logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
    const bundle = parseWorkflowCode((await bundleWorkflowCode({ workflowsPath, logger })).code);
    const creator = await LeanWorkflowCreator.create(bundle, 60_000, ACTIVITY_TYPES);
    // Stack traces of promises cost most of the time, and nothing here reads them.
    globalHandlers.uninstall();
    return new WorkflowVms(creator);
  }

  async start(ids: ExecutionIds, now: number): Promise<Instance> {
    const info = {
      ...{ workflowId: "run", runId: ids.runId, workflowType: WORKFLOW_TYPE, taskQueue: "q", namespace: "default" },
      ...{ searchAttributes: {}, typedSearchAttributes: {}, attempt: 1, taskTimeoutMs: 10_000 },
      ...{ firstExecutionRunId: ids.firstRunId, originalExecutionRunId: ids.runId },
      ...(ids.continuedFrom === undefined ? {} : { continuedFromExecutionRunId: ids.continuedFrom }),
      ...{ startTime: new Date(now), runStartTime: new Date(now), historyLength: 0, historySize: 0 },
      ...{ continueAsNewSuggested: false, targetWorkerDeploymentVersionChanged: false },
      unsafe: { now: Date.now, isReplaying: false, isReplayingHistoryEvents: false, random: Math },
    } as unknown as WorkflowInfo;
    const options = { info, randomnessSeed: [1, 2, 3, 4], now, showStackTraceSources: false };
    return new Instance(ids.runId, await this.creator.createWorkflow(options));
  }

  destroy(): Promise<void> {
    return this.creator.destroy();
  }
}

export class Instance {
  private readonly runId: string;
  private readonly workflow: Workflow;

  constructor(runId: string, workflow: Workflow) {
    this.runId = runId;
    this.workflow = workflow;
  }

  async activate(jobs: readonly Job[], moment: ActivationMoment): Promise<readonly Command[]> {
    const { historyLength, now, replaying } = moment;
    const timestamp = { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1_000_000 };
    const activation = { runId: this.runId, timestamp, historyLength, isReplaying: replaying, jobs: [...jobs] };
    // The flags that a worker of this SDK has set since 1.11.
    const flags = { availableInternalFlags: [1, 2] };
    const completion = await this.workflow.activate(WorkflowActivation.fromObject({ ...activation, ...flags }));
    await this.workflow.getAndResetSinkCalls();
    assert.ok(completion.successful, `the workflow task failed: ${completion.failed?.failure?.message ?? ""}`);
    return completion.successful.commands ?? [];
  }

  dispose(): Promise<void> {
    return this.workflow.dispose();
  }
}

export function payload(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value);
}

export function valueOf(carried: { readonly data?: Uint8Array | null } | null | undefined): unknown {
  return carried?.data == null ? undefined : JSON.parse(Buffer.from(carried.data).toString("utf8"));
}

export function argumentsOf(command: {
  readonly arguments?: readonly { data?: Uint8Array | null }[] | null;
}): unknown[] {
  return (command.arguments ?? []).map(valueOf);
}

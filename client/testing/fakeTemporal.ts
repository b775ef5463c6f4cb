import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
} from "@temporalio/common";
import { TASK_NAME } from "../execution.ts";

/** A workflow as the fake server has it; `outcome` is what awaiting it gives once it is not `RUNNING`. */
export interface FakeWorkflow {
  readonly runId: string;
  readonly firstRunId?: string;
  /** The execution whose history it copied by a reset; its own when absent. */
  readonly originalRunId?: string;
  readonly status: "RUNNING" | "COMPLETED" | "FAILED" | "TERMINATED" | "TIMED_OUT" | "CANCELLED";
  readonly processing?: boolean;
  /** The search attribute of a run that a worker has opened. */
  readonly version?: string;
  readonly outcome?: () => unknown;
  readonly query?: (name: string) => unknown;
}

export interface Started {
  readonly type: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: readonly unknown[];
  readonly requestEagerStart?: boolean;
}

interface HistoryRequest {
  readonly execution: { readonly workflowId: string; readonly runId: string };
}

/** What the client needs of Temporal, for tests of what it makes of the answers. Newest workflow of an id last. */
export class FakeTemporal {
  readonly workflows = new Map<string, FakeWorkflow[]>();
  readonly started: Started[] = [];
  readonly cancelled: string[] = [];
  /** Thrown by every request, when set. */
  failure: Error | undefined;

  get client(): Client {
    const fake = {
      withDeadline: (_deadline: number, request: () => unknown) => request(),
      withAbortSignal: (_signal: AbortSignal, request: () => unknown) => request(),
      options: { namespace: "default" },
      workflowService: {
        getWorkflowExecutionHistory: (request: HistoryRequest) => Promise.resolve(this.history(request.execution)),
      },
      workflow: {
        start: (type: string, options: Omit<Started, "type">) => this.start({ type, ...options }),
        getHandle: (workflowId: string, runId?: string) => this.handle(workflowId, runId),
        list: () => this.list(),
      },
    };
    return fake as unknown as Client;
  }

  private start(started: Started): Promise<unknown> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const { workflowId, type } = started;
    if (this.workflows.has(workflowId)) {
      return Promise.reject(new WorkflowExecutionAlreadyStartedError("started already", workflowId, type));
    }
    this.started.push(started);
    this.workflows.set(workflowId, [{ runId: "r1", status: "RUNNING" }]);
    return Promise.resolve({});
  }

  private handle(workflowId: string, runId?: string) {
    const find = async (): Promise<FakeWorkflow> => {
      await Promise.resolve();
      if (this.failure !== undefined) throw this.failure;
      const chain = this.workflows.get(workflowId) ?? [];
      const found = runId === undefined ? chain.at(-1) : chain.find((workflow) => workflow.runId === runId);
      if (found === undefined) throw new WorkflowNotFoundError("workflow not found", workflowId, runId);
      return found;
    };
    return {
      describe: async () => describe(workflowId, await find()),
      result: async () => {
        const { status, outcome } = await find();
        if (status === "RUNNING") return new Promise(() => undefined);
        return outcome?.();
      },
      query: async (name: string) => (await find()).query?.(name),
      cancel: async () => {
        await find();
        this.cancelled.push(workflowId);
      },
    };
  }

  /** The first event, which says how the execution began. */
  private history({ workflowId, runId }: HistoryRequest["execution"]) {
    const found = this.workflows.get(workflowId)?.find((workflow) => workflow.runId === runId);
    const { firstRunId = runId, originalRunId = runId } = found ?? {};
    const started = {
      originalExecutionRunId: originalRunId,
      continuedExecutionRunId: firstRunId === originalRunId ? "" : firstRunId,
    };
    return { history: { events: [{ workflowExecutionStartedEventAttributes: started }] } };
  }

  private async *list(): AsyncGenerator<{ workflowId: string; runId: string }> {
    for (const [workflowId, chain] of this.workflows) {
      yield await Promise.resolve({ workflowId, runId: chain.at(-1)?.runId ?? "" });
    }
  }
}

const TASK_VERSION = defineSearchAttributeKey("TaskVersion", "KEYWORD");

function describe(workflowId: string, workflow: FakeWorkflow) {
  const { runId, firstRunId = runId, status, processing = false, version } = workflow;
  const attributes = [
    { key: TASK_NAME, value: "echo" },
    ...(version === undefined ? [] : [{ key: TASK_VERSION, value: version }]),
  ];
  return {
    workflowId,
    runId,
    status: { name: status },
    startTime: new Date(1_000),
    historyLength: version === undefined ? 3 : 7,
    closeTime: status === "RUNNING" ? undefined : new Date(5_000),
    typedSearchAttributes: new TypedSearchAttributes(attributes),
    raw: { workflowExecutionInfo: { firstRunId }, pendingWorkflowTask: processing ? {} : null, pendingActivities: [] },
  };
}

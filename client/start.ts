import { randomUUID } from "node:crypto";
import { WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { TypedSearchAttributes, WorkflowIdReusePolicy } from "@temporalio/common";
import type { TaskRunArgs, TaskRunOptions } from "../protocol/activities.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { lossyValue } from "../protocol/lossyValue.ts";
import { WORKFLOW_TYPE } from "../protocol/names.ts";
import { safeText, utf8Length } from "../protocol/text.ts";
import { REQUEST_MS, type ClientDependencies, type WorkerHere } from "./dependencies.ts";
import { asking, CLIENT_CODES, clientError } from "./errors.ts";
import { TASK_NAME, TASK_VERSION } from "./execution.ts";

export interface StartOptions {
  /** A published version (hex SHA-256); the task's current one when absent. */
  readonly version?: string;
  /** The run's id, and so its workflow's, at most `LIMITS.workflowIdBytes` bytes. Starting twice with one id starts one run. */
  readonly taskRunId?: string;
  readonly options?: TaskRunOptions;
}

/** What a start needs. With a worker in this process that has a free slot, the run's first step comes with the answer. */
export interface StartDependencies extends ClientDependencies {
  readonly taskQueue: string;
  readonly worker?: WorkerHere | undefined;
}

export interface StartedRun {
  readonly taskRunId: string;
}

/**
 * Starts a run of a published task and answers at once.
 * @throws unknown_task, unknown_version, input_too_large, not_serializable, invalid_argument, run_exists, temporal_unreachable
 */
export async function startRun(
  dependencies: StartDependencies,
  task: string,
  input: Json,
  options: StartOptions = {},
): Promise<StartedRun> {
  const taskRunId = options.taskRunId ?? newRunId(task);
  checkRunId(taskRunId);
  const version = await publishedVersion(dependencies, task, options.version);
  const args: TaskRunArgs = {
    task,
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(await carryInput(dependencies, taskRunId, input)),
    ...(options.options === undefined ? {} : { options: options.options }),
  };
  const eager = dependencies.worker?.client;
  const client = eager ?? dependencies.client;
  try {
    await asking("start the run", () =>
      client.withDeadline(Date.now() + REQUEST_MS, () =>
        client.workflow.start(WORKFLOW_TYPE, {
          workflowId: taskRunId,
          taskQueue: dependencies.taskQueue,
          args: [args],
          // The run has these unless another version is published before it opens; then it sets its own.
          typedSearchAttributes: new TypedSearchAttributes([
            { key: TASK_NAME, value: task },
            { key: TASK_VERSION, value: version },
          ]),
          staticSummary: safeText(`task ${task}`, LIMITS.summaryBytes),
          workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
          // Any other connection refuses to ask for it.
          requestEagerStart: eager !== undefined,
        }),
      ),
    );
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      throw new TaskerError(
        clientError(CLIENT_CODES.runExists, `There is a run "${taskRunId}" already; it was left as it is.`),
      );
    }
    throw error;
  }
  return { taskRunId };
}

/** The default id: readable in the Web UI, unique, and within Temporal's bounds. */
export function newRunId(task: string): string {
  const unique = `-${randomUUID()}`;
  return safeText(task, LIMITS.workflowIdBytes - unique.length) + unique;
}

function checkRunId(taskRunId: string): void {
  if (taskRunId !== "" && safeText(taskRunId, LIMITS.workflowIdBytes) === taskRunId) return;
  throw new TaskerError(
    taskError(
      CODES.invalidArgument,
      `taskRunId must be 1 to ${LIMITS.workflowIdBytes} bytes of well-formed text without NUL.`,
    ),
  );
}

/** The version that a run started now will have. */
async function publishedVersion({ store }: ClientDependencies, task: string, version?: string): Promise<string> {
  if (version !== undefined && (await store.versions.get(task, version)) !== undefined) return version;
  const current = await store.versions.current(task);
  if (current === undefined) {
    throw new TaskerError(
      taskError(CODES.unknownTask, `There is no published task "${safeText(task, LIMITS.taskNameBytes)}".`),
    );
  }
  if (version !== undefined) {
    const known = `its current version is ${current.version}`;
    throw new TaskerError(
      taskError(CODES.unknownVersion, `Task "${task}" has no version "${safeText(version, 100)}"; ${known}.`),
    );
  }
  return current.version;
}

/** A large input goes to the blob store, under the id alone: the run has no first run id before it is started. */
async function carryInput(
  { store }: ClientDependencies,
  taskRunId: string,
  input: Json,
): Promise<Pick<TaskRunArgs, "input" | "inputClaim">> {
  const lossy = lossyValue(input, "input");
  if (lossy !== undefined) {
    throw new TaskerError(taskError(CODES.notSerializable, `${lossy.path} is ${lossy.what}, which JSON cannot hold.`));
  }
  const text = JSON.stringify(input);
  const bytes = utf8Length(text);
  if (bytes > LIMITS.inputBytes) {
    const message = `The input is ${bytes} bytes of JSON; at most ${LIMITS.inputBytes} are allowed.`;
    throw new TaskerError(taskError(CODES.inputTooLarge, message));
  }
  if (bytes <= LIMITS.inlineBytes) return { input };
  return { inputClaim: await store.blobs.put({ taskRunId, firstRunId: "" }, new TextEncoder().encode(text)) };
}

import type { AdvanceRequest } from "../../protocol/activities.ts";
import type { ToolRequest } from "../../activities/tools/toolRequest.ts";
import { ACTIVITIES } from "../../protocol/names.ts";
import { argumentsOf, payload, type Command, type Job } from "./workflowVm.ts";
import type { Outcome } from "./world.ts";

export interface LocalActivity {
  readonly seq: number;
  readonly type: string;
  readonly request: unknown;
}

/** A command in history, or the marker of a local activity. */
export type Item =
  | { readonly kind: "command"; readonly text: string; readonly command: Command }
  | { readonly kind: "marker"; readonly text: string; readonly activity: LocalActivity; readonly outcome: Outcome };

/** A workflow task, as history has it. */
export interface Task {
  readonly jobs: readonly Job[];
  readonly historyLength: number;
  readonly now: number;
  readonly items: Item[];
}

/**
 * What Core makes one workflow task of in a replay: one that issued nothing, after another that issued nothing, and that was
 * followed by one with which nothing came.
 */
export function mergeHeartbeats(tasks: readonly Task[]): Task[] {
  const merged: Task[] = [];
  let mayMerge = true;
  for (const task of tasks) {
    const last = merged.at(-1);
    if (last !== undefined && mayMerge && last.items.length === 0 && task.jobs.length === 0) {
      merged[merged.length - 1] = { ...task, jobs: last.jobs };
    } else {
      mayMerge = last === undefined || last.items.length === 0;
      merged.push(task);
    }
  }
  return merged;
}

export function markerOf(activity: LocalActivity, outcome: Outcome): Item {
  return { kind: "marker", text: `marker ${textOf(activity)}`, activity, outcome };
}

/** What must be the same in a replay. Times may differ, and so may what follows from the history's length. */
function textOf({ seq, type, request }: LocalActivity): string {
  if (type !== ACTIVITIES.advance) return `${seq} ${type} ${keyOf(type, request)}`;
  const { token, step, snapshot, recovery } = request as AdvanceRequest;
  const { settlements, held } = step ?? {};
  const digests = recovery?.steps.map(({ digest }) => digest);
  return `${seq} ${type} ${JSON.stringify({ token, settlements, held, snapshot, digests })}`;
}

function keyOf(type: string, request: unknown): string {
  if (Object.values<string>(ACTIVITIES).includes(type)) return "";
  const { key, next } = request as ToolRequest;
  return `${key} ${next?.token ?? "-"}`;
}

export function commandItem(command: Command): Item {
  return { kind: "command", text: commandText(command), command };
}

function commandText(command: Command): string {
  const { scheduleActivity, startTimer, continueAsNewWorkflowExecution: continued } = command;
  if (scheduleActivity) return `activity ${textOf(localActivityOf(scheduleActivity))}`;
  if (startTimer) return `timer ${startTimer.seq}`;
  if (continued) return `continue ${withoutTimes(JSON.stringify(argumentsOf(continued)))}`;
  const [[kind, value] = ["", null]] = Object.entries(command).filter(([, each]) => each != null);
  const seq = (value as { seq?: number } | null)?.seq;
  return `${kind} ${seq ?? ""}`;
}

function withoutTimes(text: string): string {
  return text.replaceAll(/"(since|startedAt|endedAt|at)":\d+/g, "");
}

export function localActivityOf(command: {
  readonly seq?: number | null;
  readonly activityType?: string | null;
  readonly arguments?: readonly { data?: Uint8Array | null }[] | null;
}): LocalActivity {
  return { seq: command.seq ?? 0, type: command.activityType ?? "", request: argumentsOf(command)[0] };
}

export function resolveActivity(seq: number, type: string, outcome: Outcome, isLocal: boolean): Job {
  return { resolveActivity: { seq, isLocal, result: resultOf(type, outcome, isLocal) } };
}

type Result = NonNullable<NonNullable<Job["resolveActivity"]>["result"]>;

function resultOf(type: string, outcome: Outcome, isLocal: boolean): Result {
  if (outcome.ok) return { completed: { result: payload(outcome.result) } };
  if (outcome.cancelled) {
    const cause = { message: "cancelled", canceledFailureInfo: {} };
    const activityFailureInfo = { activityType: { name: type }, activityId: "1" };
    return { cancelled: { failure: { message: "cancelled", cause, activityFailureInfo } } };
  }
  const cause = {
    message: "it failed",
    applicationFailureInfo: { type: outcome.final ? "http_error" : "Error", nonRetryable: outcome.final },
  };
  if (isLocal) return { failed: { failure: cause } };
  return { failed: { failure: { message: "activity", cause, activityFailureInfo: { activityType: { name: type } } } } };
}

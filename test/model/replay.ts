import assert from "node:assert/strict";
import type { Choices } from "./choices.ts";
import {
  commandItem,
  localActivityOf,
  markerOf,
  mergeHeartbeats,
  resolveActivity,
  type LocalActivity,
  type Task,
} from "./history.ts";
import type { ExecutionIds, Instance, Job, WorkflowVms } from "./workflowVm.ts";

export interface Replayed {
  readonly instance: Instance;
  /** Local activities that have no marker: Core executes them again. */
  readonly outstanding: Map<number, LocalActivity>;
  /** Activities that were cancelled: their results do not count. */
  readonly closed: Set<number>;
}

/**
 * Replays a history as Core does: heartbeats are merged, and the answer of a local activity comes by its marker, whatever came before
 * it in the meantime. Fails unless the same commands come in the same order.
 */
export async function replay(
  vms: WorkflowVms,
  ids: ExecutionIds,
  tasks: readonly Task[],
  choices: Choices,
): Promise<Replayed> {
  const instance = await vms.start(ids, tasks[0]?.now ?? 0);
  const outstanding = new Map<number, LocalActivity>();
  const closed = new Set<number>();
  for (const task of mergeHeartbeats(tasks)) {
    const markers = new Map(task.items.flatMap((item) => (item.kind === "marker" ? [[item.activity.seq, item]] : [])));
    const got: string[] = [];
    const moment = { historyLength: task.historyLength, now: task.now, replaying: true };
    const activate = async (jobs: readonly Job[]): Promise<void> => {
      let next = jobs.filter(
        (job) => !(job.resolveActivity?.isLocal === false && closed.has(job.resolveActivity.seq ?? 0)),
      );
      while (next.length > 0) {
        const commands = await instance.activate(next, moment);
        next = [];
        for (const command of commands) {
          if (command.scheduleLocalActivity) {
            const activity = localActivityOf(command.scheduleLocalActivity);
            outstanding.set(activity.seq, activity);
          } else if (!command.requestCancelLocalActivity) got.push(commandItem(command).text);
          const cancelled = command.requestCancelActivity?.seq;
          if (cancelled != null && !closed.has(cancelled)) {
            closed.add(cancelled);
            next.push(resolveActivity(cancelled, "http.write", { ok: false, final: true, cancelled: true }, false));
          }
        }
      }
    };
    const answers = (): Job[] => {
      const jobs: Job[] = [];
      for (const [seq, activity] of outstanding) {
        const marker = markers.get(seq);
        if (marker === undefined) continue;
        outstanding.delete(seq);
        got.push(markerOf(activity, marker.outcome).text);
        jobs.push(resolveActivity(seq, activity.type, marker.outcome, true));
      }
      return jobs;
    };
    const resolve = async (): Promise<void> => {
      for (let jobs = answers(); jobs.length > 0; jobs = answers()) await activate(jobs);
    };
    switch (choices.pick("before", "first", "last")) {
      case "before":
        await resolve();
        await activate(task.jobs);
        break;
      case "first":
        await activate([...answers(), ...task.jobs]);
        break;
      case "last":
        await activate([...task.jobs, ...answers()]);
        break;
    }
    await resolve();
    assert.deepEqual(
      got,
      task.items.map(({ text }) => text),
      `the replay issues other commands in the workflow task of ${task.historyLength}`,
    );
  }
  return { instance, outstanding, closed };
}

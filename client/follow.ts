import { setTimeout as delay } from "node:timers/promises";
import type { RunProgress, RunStatus } from "../protocol/run.ts";
import { nextDelay } from "./backoff.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { isEnd } from "./isEnd.ts";
import { untilEnded } from "./outcome.ts";
import { readProgress } from "./progress.ts";
import { sight, type Sighting } from "./status.ts";

/** A run as it was seen when something about it had changed. */
export interface RunChange {
  readonly taskRunId: string;
  readonly task: string;
  readonly status: RunStatus;
  /** Null while queued, after the end, and while no worker is there to tell. */
  readonly progress: RunProgress | null;
  /** When the run began. */
  readonly startedAt: Date;
}

export interface FollowOptions {
  /** Ends the iteration, quietly. */
  readonly signal?: AbortSignal;
}

/**
 * Yields the run as it is, then each time that it changed, the last time when it has ended. It looks less and less
 * often while nothing happens (see `POLL`) but hears of the end at once.
 * @throws unknown_run, temporal_unreachable
 */
export async function* followRun(
  dependencies: ClientDependencies,
  taskRunId: string,
  options: FollowOptions = {},
): AsyncGenerator<RunChange, void, undefined> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  let ended: Promise<unknown> | undefined;
  let seen: string | undefined;
  let wait: number | undefined;
  try {
    while (!signal.aborted) {
      const change = await look(dependencies, taskRunId);
      const now = JSON.stringify(change);
      if (now !== seen) yield change;
      if (isEnd(change.status)) return;
      wait = nextDelay(wait, now !== seen);
      seen = now;
      // Losing sight of the end is no harm: the next look finds it, or the reason why it cannot be found.
      ended ??= untilEnded(dependencies, taskRunId, signal).catch(() => delay(2 ** 30, undefined, { signal }));
      await Promise.race([ended, delay(wait, undefined, { signal })]).catch(() => undefined);
    }
  } finally {
    stop.abort();
  }
}

async function look(dependencies: ClientDependencies, taskRunId: string): Promise<RunChange> {
  const sighting = await sight(dependencies, taskRunId);
  const active = sighting.status === "processing" || sighting.status === "suspended";
  const progress = active ? await readProgress(dependencies, taskRunId).catch(() => null) : null;
  return { taskRunId, status: sighting.status, progress, ...origin(sighting) };
}

function origin({ record, execution }: Sighting): Pick<RunChange, "task" | "startedAt"> {
  if (record !== undefined) return { task: record.task, startedAt: new Date(record.startedAt) };
  return { task: execution?.task ?? "", startedAt: execution?.startedAt ?? new Date(0) };
}

import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { RunProgress, RunStatus } from "../protocol/run.ts";
import { nextDelay, POLL } from "./backoff.ts";
import type { ClientDependencies } from "./dependencies.ts";
import { isEnd } from "./isEnd.ts";
import { untilEnded } from "./outcome.ts";
import { Patience, PATIENCE_MS } from "./patience.ts";
import { readProgress, withRetries } from "./progress.ts";
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
  /** Temporal does not answer: everything else is as it was last seen, and the run goes on when the server is back. */
  readonly silent?: true;
}

export interface FollowOptions {
  /** Ends the iteration, quietly. */
  readonly signal?: AbortSignal;
  /** How long a server that was there before may stay away until the iteration fails, milliseconds. A minute when absent. */
  readonly patienceMs?: number;
}

/** A look that takes longer is worth a word to the person who watches, milliseconds. */
const SILENT_MS = 3_000;

/**
 * Yields the run as it is, then each time that it changed, the last time when it has ended. It looks less and less
 * often while nothing happens (see `POLL`) but hears of the end at once. While Temporal does not answer it yields the
 * last change as `silent` and tries again.
 * @throws unknown_run, temporal_unreachable at the first look, or when the patience is used up
 */
export async function* followRun(
  dependencies: ClientDependencies,
  taskRunId: string,
  { signal: given, patienceMs = PATIENCE_MS }: FollowOptions = {},
): AsyncGenerator<RunChange, void, undefined> {
  const stop = new AbortController();
  const signal = given === undefined ? stop.signal : AbortSignal.any([stop.signal, given]);
  const isAborted = (): boolean => signal.aborted;
  const patience = new Patience(patienceMs);
  let ended: Promise<unknown> | undefined;
  let last: RunChange | undefined;
  let seen: string | undefined;
  let wait: number | undefined;
  try {
    while (!signal.aborted) {
      const looking = untilAborted(look(dependencies, taskRunId), signal);
      if (last !== undefined && !(await settlesWithin(looking, SILENT_MS))) yield { ...last, silent: true };
      const looked = await looking.catch((error: unknown) => {
        if (last === undefined) throw error;
        patience.use(taskRunId, error);
        return undefined;
      });
      const change = looked ?? (last && ({ ...last, silent: true } as const));
      // Aborted during the first look.
      if (change === undefined) return;
      if (looked !== undefined) {
        last = looked;
        patience.renew();
      }
      const now = JSON.stringify(change);
      if (now !== seen && !isAborted()) yield change;
      if (looked !== undefined && isEnd(looked.status)) return;
      wait = nextDelay(wait, now !== seen);
      seen = now;
      // Losing sight of the end is no harm: the next look finds it, or the reason why it cannot be found.
      ended ??= untilEnded(dependencies, taskRunId, signal)
        .catch(() => delay(POLL.most, undefined, { signal }))
        .finally(() => (ended = undefined));
      await Promise.race([ended, delay(wait, undefined, { signal })]).catch(() => undefined);
    }
  } finally {
    stop.abort();
  }
}

/** The work's outcome; `undefined` as soon as the signal is aborted. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const over = new AbortController();
  const aborted = once(signal, "abort", { signal: over.signal }).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, signal.aborted ? undefined : aborted]);
  } finally {
    over.abort();
  }
}

async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const over = new AbortController();
  const late = delay(ms, false, { signal: over.signal }).catch(() => false);
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    over.abort();
  }
}

async function look(dependencies: ClientDependencies, taskRunId: string): Promise<RunChange> {
  const sighting = await sight(dependencies, taskRunId);
  const active = sighting.status === "processing" || sighting.status === "suspended";
  const told = active ? await readProgress(dependencies, taskRunId).catch(() => null) : null;
  const progress = told && withRetries(told, sighting.execution?.retried ?? []);
  return { taskRunId, status: sighting.status, progress, ...origin(sighting) };
}

function origin({ record, execution }: Sighting): Pick<RunChange, "task" | "startedAt"> {
  if (record !== undefined) return { task: record.task, startedAt: new Date(record.startedAt) };
  return { task: execution?.task ?? "", startedAt: execution?.startedAt ?? new Date(0) };
}

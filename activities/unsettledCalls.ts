import { LIMITS } from "../protocol/limits.ts";
import type { LogLine, Millis, UnsettledCall } from "../protocol/step.ts";
import { safeText } from "../protocol/text.ts";
import { firstPlace } from "../sandbox/firstPlace.ts";
import type { Unsettled } from "../sandbox/types.ts";
import { authorStacks } from "./authorStacks.ts";
import type { ComputeThreads } from "./compute/computeThreads.ts";
import { BUILT_IN } from "./issueCall.ts";

/** Calls that the log line names. */
const NAMED = 3;

export interface Cancelled {
  readonly calls: readonly UnsettledCall[];
  readonly line: LogLine;
}

/**
 * The calls that a task left unsettled at its end, with where it made them, and the log line about them. It is a warning if
 * one of them is not a timer: a race against `tools.sleep` leaves its sleep behind, a forgotten await leaves a call.
 */
export async function unsettledCalls(
  compute: ComputeThreads,
  { count, calls }: Unsettled,
  sourceMap: string,
  at: Millis,
  hide: (text: string) => string,
): Promise<Cancelled> {
  const stacks = calls.map(({ stack }) => stack);
  const traced = await authorStacks(compute, stacks, sourceMap);
  const made = calls.map(({ id, path, stack }, index) => {
    const place = firstPlace(traced[index] ?? stack);
    return { id, tool: path.join("."), ...(place === undefined ? {} : { at: place }) };
  });
  const named = [...made.values().take(NAMED)].map(
    ({ tool, at: place }) => tool + (place === undefined ? "" : ` at ${place}`),
  );
  const many =
    count === 1
      ? "1 call had not settled when the task ended and is"
      : `${count} calls had not settled when the task ended and are`;
  const text = `${many} cancelled: ${named.join(", ")}${count > NAMED ? ", …" : ""}. Await what must be done.`;
  const isTimer = ({ tool }: { tool: string }): boolean => tool === BUILT_IN.sleep || tool === BUILT_IN.timer;
  const level = made.length === count && made.every(isTimer) ? "info" : "warn";
  return {
    calls: made.map(({ id, at: place }) => ({ id, ...(place === undefined ? {} : { at: hide(place) }) })),
    line: { at, level, text: safeText(hide(text), LIMITS.errorBytes / 64) },
  };
}

import { LIMITS } from "./limits.ts";
import type { Usage } from "./step.ts";

const COUNTER = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;

/**
 * What of a value is usage: amounts that are finite and not negative, under names of at most 40 letters, digits and `_`, at most
 * `LIMITS.usageCounters` of them. Undefined when nothing is. Services and whoever completes an activity by hand may give anything.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const counted = Object.entries(value)
    .filter((entry): entry is [string, number] => COUNTER.test(entry[0]) && isAmount(entry[1]))
    .slice(0, LIMITS.usageCounters);
  return counted.length === 0 ? undefined : Object.fromEntries(counted);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { Millis, Usage } from "../protocol/step.ts";
import type { UsageStore } from "../protocol/store.ts";
import type { Policy } from "./policy.ts";

/** Daily budgets of services, held across workers by the counters in the store. */
export interface Budgets {
  /**
   * Counts one attempt at a call of the service, before it is made. Answers where to add what the attempt used up besides.
   * @throws TaskerError `budget_exhausted`, class limit, when a counter stands at its bound: nothing is counted then
   */
  readonly reserve: (service: string) => Promise<(usage: Usage) => Promise<void>>;
}

export interface BudgetDeps {
  readonly policy: Policy;
  readonly usage: UsageStore;
  readonly now: () => Millis;
}

/** Services without `perDay` cost nothing here: they are not counted. */
export function createBudgets({ policy, usage, now }: BudgetDeps): Budgets {
  return {
    async reserve(service) {
      const bounds = policy.services.get(service)?.perDay;
      if (bounds === undefined) return () => Promise.resolve();
      const day = dayOf(now());
      const reserved = await usage.reserve(day, service, { calls: 1 }, bounds);
      if (!reserved.ok) throw exhausted(policy, service, day, { ...reserved, bound: bounds[reserved.counter] ?? 0 });
      // On the day on which the attempt began, so that one day's calls and their counters belong together.
      return (used) => usage.add(day, service, withoutCalls(used));
    },
  };
}

/** The reservation has counted the call. */
function withoutCalls(used: Usage): Usage {
  return Object.fromEntries(Object.entries(used).filter(([counter]) => counter !== "calls"));
}

/** The ISO date in UTC, by which counters are kept. */
export function dayOf(now: Millis): string {
  return new Date(now).toISOString().slice(0, 10);
}

function exhausted(
  { file }: Policy,
  service: string,
  day: string,
  { counter, used, bound }: { readonly counter: string; readonly used: number; readonly bound: number },
): TaskerError {
  const again = new Date(Date.parse(day) + 24 * 60 * 60_000).toISOString().slice(0, 16);
  const message =
    `tools.${service} has used up its budget of today: services.${service}.perDay.${counter} of the operator's policy, ` +
    `${file}, allows ${bound}, and ${used} are used. It starts again at ${again}Z (00:00 UTC).`;
  return new TaskerError(taskError(CODES.budgetExhausted, message));
}

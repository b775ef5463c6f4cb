import { sql as raw, type Compilable } from "kysely";
import type { Usage } from "../protocol/step.ts";
import type { UsageStore } from "../protocol/store.ts";
import type { Database } from "./database.ts";
import { fromName, toName } from "./names.ts";

/** What was used up, by day, service and counter. Days that are past stay: they are a few rows each. */
export function createUsageStore(database: Database): UsageStore {
  const { sql } = database;

  /** Makes the counters be there and this transaction's own, so that what it reads of them holds until it ends. */
  function lock(day: string, service: string, counters: readonly string[]): Compilable[] {
    // One order everywhere: two transactions never wait for each other.
    return counters.toSorted().map((counter) =>
      sql
        .insertInto("tasker_usage")
        .values({ day, service: toName(service), counter: toName(counter), used: 0 })
        .onConflict((conflict) =>
          conflict
            .columns(["day", "service", "counter"])
            .doUpdateSet((row) => ({ used: row.ref("tasker_usage.used") })),
        ),
    );
  }

  function counters(day: string, service: string) {
    return sql
      .selectFrom("tasker_usage")
      .select(["counter", "used"])
      .where("day", "=", day)
      .where("service", "=", toName(service))
      .orderBy("counter");
  }

  function full(day: string, service: string, amounts: Usage, bounds: Usage) {
    return counters(day, service).where((is) =>
      is.or(
        Object.entries(bounds).map(([counter, bound]) =>
          is.and([
            is("counter", "=", toName(counter)),
            is.or([is("used", ">=", bound), is(is("used", "+", amounts[counter] ?? 0), ">", bound)]),
          ]),
        ),
      ),
    );
  }

  /** One statement for all: were it several, the second would see what the first has changed. */
  function increase(day: string, service: string, amounts: Usage) {
    const cases = Object.entries(amounts).map(
      ([counter, amount]) => raw`when ${toName(counter)} then cast(${amount} as double precision)`,
    );
    return sql
      .updateTable("tasker_usage")
      .set({ used: raw<number>`used + case counter ${raw.join(cases, raw` `)} else 0 end` })
      .where("day", "=", day)
      .where("service", "=", toName(service));
  }

  return {
    async reserve(day, service, amounts, bounds) {
      const touched = [...new Set([...Object.keys(amounts), ...Object.keys(bounds)])];
      const locking = lock(day, service, touched);
      const stopped = full(day, service, amounts, bounds);
      const increased = increase(day, service, amounts).where((is) => is.not(is.exists(stopped)));
      const results = await database.write([
        ...locking,
        stopped,
        ...(Object.keys(amounts).length === 0 ? [] : [increased]),
      ]);
      const [first] = (results[locking.length]?.rows ?? []) as readonly { counter: string; used: number }[];
      return first === undefined ? { ok: true } : { ok: false, counter: fromName(first.counter), used: first.used };
    },

    async add(day, service, amounts) {
      if (Object.keys(amounts).length === 0) return;
      await database.write([...lock(day, service, Object.keys(amounts)), increase(day, service, amounts)]);
    },

    async read(day, service) {
      const rows = await database.read(counters(day, service));
      return Object.fromEntries(rows.map(({ counter, used }) => [fromName(counter), used]));
    },
  };
}

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Store } from "../../protocol/store.ts";
import { AWKWARD } from "./samples.ts";

const DAY = "2026-01-31";

/** What the counters of services promise, whatever database is below them. */
export function usageContract(store: () => Store, open: () => Promise<Store>): void {
  const usage = () => store().usage;
  const aService = () => `service-${randomUUID()}`;

  test("a reservation up to the bound is made, and the one past it changes nothing", async () => {
    const service = aService();
    const reserve = () => usage().reserve(DAY, service, { calls: 1, pages: 3 }, { calls: 2, pages: 100 });
    assert.deepEqual(await reserve(), { ok: true });
    assert.deepEqual(await reserve(), { ok: true });
    assert.deepEqual(await reserve(), { ok: false, counter: "calls", used: 2 });
    assert.deepEqual(await usage().read(DAY, service), { calls: 2, pages: 6 });
  });

  test("of several amounts all are added or none", async () => {
    const service = aService();
    await usage().add(DAY, service, { a: 4, b: 9 });
    assert.deepEqual(await usage().reserve(DAY, service, { a: 1, b: 2 }, { a: 5, b: 10 }), {
      ok: false,
      counter: "b",
      used: 9,
    });
    assert.deepEqual(await usage().read(DAY, service), { a: 4, b: 9 });
    assert.deepEqual(await usage().reserve(DAY, service, { a: 1, b: 1 }, { a: 5, b: 10 }), { ok: true });
    assert.deepEqual(await usage().read(DAY, service), { a: 5, b: 10 });
  });

  test("a counter that is only known afterwards stops reservations once it stands at its bound", async () => {
    const service = aService();
    const reserve = () => usage().reserve(DAY, service, { calls: 1 }, { tokens: 10 });
    assert.deepEqual(await reserve(), { ok: true });
    await usage().add(DAY, service, { tokens: 9.5 });
    assert.deepEqual(await reserve(), { ok: true });
    await usage().add(DAY, service, { tokens: 20.25 });
    assert.deepEqual(await reserve(), { ok: false, counter: "tokens", used: 29.75 });
    assert.deepEqual(await usage().reserve(DAY, service, {}, { tokens: 29.75 }), {
      ok: false,
      counter: "tokens",
      used: 29.75,
    });
  });

  test("each day and each service has counters of its own", async () => {
    const [one, other] = [aService(), aService()];
    await usage().add(DAY, one, { calls: 1 });
    await usage().add("2026-02-01", one, { calls: 5 });
    await usage().add(DAY, other, {});
    assert.deepEqual(await usage().read(DAY, one), { calls: 1 });
    assert.deepEqual(await usage().read("2026-02-01", one), { calls: 5 });
    assert.deepEqual(await usage().read(DAY, other), {});
  });

  test("awkward names of counters come back exactly", async () => {
    const service = aService();
    assert.deepEqual(await usage().reserve(DAY, service, { [AWKWARD]: 2, __proto: 1 }, { [AWKWARD]: 2 }), { ok: true });
    assert.deepEqual(await usage().reserve(DAY, service, { [AWKWARD]: 1 }, { [AWKWARD]: 2 }), {
      ok: false,
      counter: AWKWARD,
      used: 2,
    });
  });

  test("reservations through two connections at once never pass the bound, and lose none", async () => {
    const service = aService();
    const other = await open();
    try {
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          (i % 2 ? usage() : other.usage).reserve(DAY, service, { calls: 1, a: 1 }, { calls: 25, tokens: 100 }),
        ),
      );
      assert.equal(outcomes.filter(({ ok }) => ok).length, 25);
      assert.deepEqual(await usage().read(DAY, service), { a: 25, calls: 25, tokens: 0 });
    } finally {
      await other.close();
    }
  });
}

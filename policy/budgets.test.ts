import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import { createBudgets } from "./budgets.ts";
import { NO_POLICY, type Policy } from "./policy.ts";

describe("a daily budget", () => {
  let folder = "";
  let store: Store;
  let now = 0;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tasker-budgets-"));
    store = await openStore({ file: path.join(folder, "tasker.db"), synchronous: "normal" });
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const budgets = (service: string, perDay: Readonly<Record<string, number>>) => {
    const policy: Policy = { ...NO_POLICY, file: "policy.json", services: new Map([[service, { perDay }]]) };
    return createBudgets({ policy, usage: store.usage, now: () => now });
  };

  it("of calls lets so many attempts begin a day, and says when the next day begins", async () => {
    now = Date.parse("2026-01-31T23:59:59.999Z");
    const { reserve } = budgets("a", { calls: 2 });
    await reserve("a");
    await reserve("a");
    await assert.rejects(reserve("a"), {
      code: "budget_exhausted",
      class: "limit",
      retryable: false,
      message:
        "tools.a has used up its budget of today: services.a.perDay.calls of the operator's policy, policy.json, " +
        "allows 2, and 2 are used. It starts again at 2026-02-01T00:00Z (00:00 UTC).",
    });
    now += 1;
    await reserve("a");
    assert.deepEqual(await store.usage.read("2026-01-31", "a"), { calls: 2 });
    assert.deepEqual(await store.usage.read("2026-02-01", "a"), { calls: 1 });
  });

  it("of what is known only afterwards stops the next attempt, and counts for the day on which the call began", async () => {
    now = Date.parse("2026-01-31T23:59:59.999Z");
    const { reserve } = budgets("b", { totalTokens: 100 });
    const account = await reserve("b");
    now += 1;
    await account({ totalTokens: 120, inputTokens: 20, calls: 99 });
    await reserve("b");
    assert.deepEqual(await store.usage.read("2026-02-01", "b"), { calls: 1, totalTokens: 0 });
    now -= 1;
    await assert.rejects(reserve("b"), { message: /perDay\.totalTokens .* allows 100, and 120 are used\./ });
    const used = { calls: 1, inputTokens: 20, totalTokens: 120 };
    assert.deepEqual(await store.usage.read("2026-01-31", "b"), used);
  });

  it("of 0 allows nothing", async () => {
    await assert.rejects(budgets("c", { calls: 0 }).reserve("c"), { code: "budget_exhausted" });
  });

  it("is one for all who share the store", async () => {
    const [one, other] = [budgets("d", { calls: 10 }), budgets("d", { calls: 10 })];
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => (i % 2 ? one : other).reserve("d")));
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 10);
  });

  it("of another service counts nothing", async () => {
    const account = await budgets("e", { calls: 1 }).reserve("other");
    await account({ totalTokens: 5 });
    assert.deepEqual(await store.usage.read(new Date(now).toISOString().slice(0, 10), "other"), {});
  });
});

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { readConfiguration } from "../configuration.ts";
import { dayOf } from "../policy/budgets.ts";
import type { Store } from "../protocol/store.ts";
import { openStore } from "../store/openStore.ts";
import { checkPolicy } from "./policyCheck.ts";

describe("`tasker doctor` on the policy", () => {
  let folder = "";
  let store: Store;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tasker-doctor-"));
    store = await openStore({ file: path.join(folder, "tasker.db"), synchronous: "normal" });
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const check = async (policy?: unknown) => {
    const file = path.join(folder, "policy.json");
    if (policy !== undefined) await writeFile(file, JSON.stringify(policy));
    const configuration = readConfiguration(policy === undefined ? {} : { TASKER_POLICY: file });
    return checkPolicy({ configuration, store: () => Promise.resolve(store) });
  };

  it("says that there is none", async () => {
    assert.match((await check()).detail, /^none \(TASKER_POLICY\): every task may use every tool$/);
  });

  it("shows the file, how many rules it has, and today's use of each budget", async () => {
    const days = [Date.now(), Date.now() + 60_000].map(dayOf);
    for (const day of new Set(days)) await store.usage.add(day, "openai", { calls: 2, totalTokens: 70 });
    const { ok, detail } = await check({
      rules: [{ tasks: "*", tools: ["tasks.execute"], allow: true }],
      services: {
        gapi: { perSecond: 20, concurrency: 10 },
        openai: { perDay: { calls: 5, totalTokens: 100, other: 1 } },
      },
    });
    assert.ok(ok);
    assert.deepEqual(detail.split("\n"), [
      `${path.join(folder, "policy.json")}: rules: 1, keystore rules: 0, limited services: 2`,
      "gapi: 20 a second, 10 at once in each worker",
      "openai: today 2 of 5 calls, today 70 of 100 totalTokens, today 0 of 1 other",
    ]);
  });

  it("fails as a worker would that starts now", async () => {
    await assert.rejects(check({ rules: 1 }), { code: "invalid_configuration" });
    await assert.rejects(check({ services: { gmail: { perSecond: 1 } } }), { message: /no such service/ });
  });
});

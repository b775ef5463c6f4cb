import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createHttp } from "../../activities/tools/http/http.ts";
import { HTTP_BOUNDS } from "../../activities/tools/http/bounds.ts";
import { methodFacts } from "../../activities/tools/methodFacts.ts";
import { methodTable } from "../../activities/tools/methodTable.ts";
import type { Service } from "../../activities/tools/service.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { TestStack } from "../support/stack.ts";

/** A service whose first attempt at a call `slow` never ends by itself. */
function lookUp(): { service: Service; attempts: { key: string; at: number }[] } {
  const attempts: { key: string; at: number }[] = [];
  const call = (args: readonly unknown[], { idempotencyKey }: { idempotencyKey: string }): Promise<unknown> => {
    attempts.push({ key: idempotencyKey, at: Date.now() });
    return args[0] === "slow" && attempts.length === 1 ? new Promise(() => undefined) : Promise.resolve("found");
  };
  return { service: methodTable("index", { find: { kind: "read", quick: true, call } }), attempts };
}

describe("a call that reads quickly", () => {
  let stack: TestStack;
  const { service, attempts } = lookUp();
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({ "finds.js": `module.exports = (what, { tools }) => tools.index.find(what);` });
    await stack.worker({}, { services: [service] });
  });
  after(() => stack.stop());

  async function finds(what: string): Promise<{ result: unknown; activities: string[] }> {
    const { taskRunId, result } = await stack.run("finds", what);
    const { events } = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
    const scheduled = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
    return { result, activities: scheduled.filter((name) => name != null) };
  }

  test("is made again as an ordinary activity under the same key when it takes its time, and not before", async () => {
    assert.deepEqual(await finds("slow"), { result: "found", activities: ["index.find"] });
    const [first, second] = attempts.splice(0);
    assert.equal(second?.key, first?.key);
    assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= LIMITS.quickReadMs, JSON.stringify({ first, second }));
  });

  test("is made inside the workflow task when it takes less", async () => {
    attempts.splice(0);
    assert.deepEqual(await finds("fast"), { result: "found", activities: [] });
    assert.equal(attempts.length, 1);
  });
});

test("an HTTP read is quick up to its bound of `timeoutMs`, and not one millisecond past it; an effect never is", async () => {
  const http = createHttp({ allow: ["*"], private: [] });
  const fetch = http.method(["fetch"]);
  assert.ok(fetch !== undefined);
  const isQuick = (init: Record<string, string | number>): boolean =>
    methodFacts(fetch, ["https://example.com/", init]).quick === true;
  assert.equal(isQuick({ timeoutMs: HTTP_BOUNDS.quickMs }), true);
  assert.equal(isQuick({ timeoutMs: HTTP_BOUNDS.quickMs + 1 }), false);
  assert.equal(isQuick({}), false);
  assert.equal(isQuick({ timeoutMs: HTTP_BOUNDS.quickMs, method: "POST" }), false);
  await http.close?.();
});

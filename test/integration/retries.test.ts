import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findExecution } from "../../client/execution.ts";
import type { RetriedActivity } from "../../protocol/run.ts";
import { ControlServer } from "../support/controlServer.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

/** Where nobody listens any more. */
async function closedPort(): Promise<string> {
  const server = await ControlServer.start();
  const { url } = server;
  await server.close();
  return url;
}

describe("what is retried is visible", () => {
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.start({ settings: { TASKER_ENCRYPTION: "true" } });
    await stack.publish({
      "down.js": `module.exports = async function down({ url, closed }, { tools }) {
        await Promise.all([tools.http.fetch(url + "/held"), tools.http.fetch(closed)]);
      };`,
    });
    await stack.worker();
  });
  after(() => stack.stop());

  async function retried(run: string): Promise<readonly RetriedActivity[]> {
    return (await findExecution({ client: stack.client }, run))?.retried ?? [];
  }

  test("a call that is tried again shows its number, attempt and last error, also where payloads are encrypted", async () => {
    stack.control.hold("/held");
    const run = await stack.start("down", { url: stack.control.url, closed: await closedPort() });
    await eventually(async () => (await retried(run)).some(({ attempt }) => attempt > 1));
    const [call, ...others] = await retried(run);
    assert.deepEqual(others, []);
    assert.equal(call?.type, "http.fetch");
    assert.equal(call.call, 2);
    assert.match(call.lastError.message, /ECONNREFUSED/);
    await stack.tasker.cancel(run);
    await stack.tasker.result(run);
  });
});

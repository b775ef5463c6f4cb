import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Context } from "@temporalio/activity";
import type { AdvanceRequest } from "../../protocol/activities.ts";
import { ACTIVITIES } from "../../protocol/names.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";
import { WITNESS } from "../support/witness.ts";

describe("a run whose internal activities fail as local ones goes on with regular ones", () => {
  let stack: TestStack;
  /** Whether a request fails as a local activity. */
  let failsLocally: (type: string, request: unknown) => boolean = () => false;
  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "witness.js": WITNESS,
      "wide.js": `module.exports = async function wide({ url, calls }, { tools }) {
        const answers = await Promise.all(Array.from({ length: calls }, () => tools.http.fetch(url + "/wide")));
        return answers.reduce((sum, { body }) => sum + body.length, 0);
      };`,
    });
    await stack.worker(
      {},
      {
        decorate: (activities) => {
          const wrap =
            <Request, Answer>(type: string, activity: (request: Request) => Promise<Answer>) =>
            async (request: Request): Promise<Answer> => {
              if (failsLocally(type, request)) {
                if (Context.current().info.isLocal) throw new Error("no local activity today");
                await fetch(`${stack.control.url}/regular/${type}`);
              }
              return activity(request);
            };
          const {
            [ACTIVITIES.openRun]: openRun,
            [ACTIVITIES.advance]: advance,
            [ACTIVITIES.recordCalls]: recordCalls,
          } = activities;
          return {
            ...activities,
            [ACTIVITIES.openRun]: wrap(ACTIVITIES.openRun, openRun),
            [ACTIVITIES.advance]: wrap(ACTIVITIES.advance, advance),
            [ACTIVITIES.recordCalls]: wrap(ACTIVITIES.recordCalls, recordCalls),
          };
        },
      },
    );
  });
  beforeEach(() => {
    failsLocally = () => false;
  });
  after(() => stack.stop());

  test("a cancellation that comes while a run is opened ends it before its first step", async () => {
    failsLocally = (type) => type === ACTIVITIES.openRun;
    const held = `/regular/${ACTIVITIES.openRun}`;
    stack.control.hold(held);
    const run = await stack.start("wide", { url: stack.control.url, calls: 1 });
    await stack.control.arrived(held);
    await stack.tasker.cancel(run);
    stack.control.release(held);
    const report = await stack.tasker.result(run);
    assert.equal(report.status, "cancelled");
    assert.deepEqual(report.calls, []);
  });

  test("a cancellation that comes while a run is saved to continue as new is not lost", async () => {
    failsLocally = (type, request) => type === ACTIVITIES.advance && (request as AdvanceRequest).step === undefined;
    const held = `/regular/${ACTIVITIES.advance}`;
    stack.control.hold(held);
    const input = { url: stack.control.url, calls: 60 };
    const run = await stack.start("witness", input, { options: { continueAsNewEvents: 60 } });
    await stack.control.arrived(held);
    await stack.tasker.cancel(run);
    stack.control.release(held);
    assert.equal((await stack.tasker.result(run)).status, "cancelled");
  });

  test("however much settles at once, what is fed and written down fits a regular activity", async () => {
    const CALLS = 450;
    failsLocally = (type) => type === ACTIVITIES.recordCalls || stack.control.requests("/wide").length > 0;
    stack.control.on("/wide", () => ({ body: "x".repeat(3_500) }));
    const held = `/regular/${ACTIVITIES.advance}`;
    stack.control.hold(held);
    const steps = stack.control.requests(held).length;
    const run = await stack.start("wide", { url: stack.control.url, calls: CALLS });
    // The first result's step is under way until all of the others have come.
    await eventually(async () => {
      const { raw } = await stack.client.workflow.getHandle(run).describe();
      return raw.pendingActivities?.length === 1 && stack.control.requests(held).length > steps;
    });
    stack.control.release(held);
    const report = await stack.tasker.result(run);
    assert.equal(report.result, CALLS * 3_502, JSON.stringify(report.error));
    assert.ok(report.calls.every(({ status }) => status === "completed"));
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { Followers } from "./followers.ts";

describe("the followers of a run", () => {
  test("one that asks twice is told once", () => {
    const followers = new Followers("child");
    for (const call of [1, 1, 2]) followers.add({ taskRunId: "parent", call });
    assert.deepEqual(followers.state, [
      { taskRunId: "parent", call: 1 },
      { taskRunId: "parent", call: 2 },
    ]);
  });

  test("are kept up to their bound, and not one past it", () => {
    const followers = new Followers("child");
    for (let call = 0; call <= LIMITS.followers; call++) followers.add({ taskRunId: "parent", call });
    assert.equal(followers.state.length, LIMITS.followers);
    assert.equal(followers.state.at(-1)?.call, LIMITS.followers - 1);
  });

  test("a workflow id may have 1,000 bytes, and not one more", () => {
    const followers = new Followers("child");
    for (const taskRunId of ["é".repeat(500), `${"é".repeat(500)}x`]) followers.add({ taskRunId, call: 1 });
    assert.deepEqual(
      followers.state.map(({ taskRunId }) => taskRunId.length),
      [500],
    );
  });

  test("what does not name a workflow and a call is ignored: its command would be refused for ever", () => {
    const followers = new Followers("child");
    const nothing = [undefined, null, 1, "parent", [], {}, { taskRunId: "parent" }, { call: 1 }];
    const ids = ["", "\0", "a\0b", "\ud800", 7, null].map((taskRunId) => ({ taskRunId, call: 1 }));
    const calls = [1.5, NaN, Infinity, 2 ** 53, "1", null].map((call) => ({ taskRunId: "parent", call }));
    for (const value of [...nothing, ...ids, ...calls]) followers.add(value);
    assert.deepEqual(followers.state, []);
  });

  test("only what names the workflow and the call is kept", () => {
    const followers = new Followers("child");
    followers.add({ taskRunId: "parent", call: 1, large: "x".repeat(1000) });
    assert.deepEqual(followers.state, [{ taskRunId: "parent", call: 1 }]);
  });
});

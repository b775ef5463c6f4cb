import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { jsonHere } from "../test/support/jsonHere.ts";
import { redeemError } from "./carryError.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };

async function redeemed(whole: string): Promise<{ error: TaskError; characters: number }> {
  const bytes = Buffer.from(whole);
  const blobs = {
    put: () => assert.fail(),
    get: () => Promise.resolve({ bytes }),
    release: () => assert.fail(),
    removeUnclaimed: () => assert.fail(),
  };
  const claim = { sha256: "0".repeat(64), bytes: bytes.length };
  let error: TaskError | undefined;
  const characters = await jsonHere(async () => {
    error = await redeemError(blobs, RUN, { code: "c", class: "guest", message: "cut", whole: claim });
  });
  return { error: error ?? assert.fail(), characters };
}

test("the largest whole error is read; a larger value that a claim names as one is not parsed", async () => {
  const whole = {
    code: "c",
    class: "guest",
    message: "\u0001".repeat(LIMITS.errorBytes),
    stack: "\u0001".repeat(2 * LIMITS.errorBytes),
  };
  const bound = 8 * LIMITS.errorBytes;
  const fitting = JSON.stringify({ ...whole, stack: "" });
  assert.ok(fitting.length < bound);
  assert.equal((await redeemed(fitting.padEnd(bound))).error.message, whole.message);
  const { error, characters } = await redeemed(fitting.padEnd(bound + 1));
  assert.deepEqual([error.message, characters], ["cut", 0]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import { parseTaskRunArgs } from "./taskRunArgs.ts";

const claim = { sha256: "a".repeat(64), bytes: 1 };

test("an input in the blob store is named by a claim", () => {
  for (const inputClaim of [claim, { ...claim, secret: true }]) {
    assert.deepEqual(parseTaskRunArgs({ task: "echo", inputClaim }), { task: "echo", inputClaim });
  }
});

test("what is not a claim is refused: anybody may start a run with it, and it must not fail over and over", () => {
  const odd = [null, "", {}, { sha256: 1, bytes: 1 }, { ...claim, secret: "yes" }];
  for (const inputClaim of odd) {
    assert.throws(
      () => parseTaskRunArgs({ task: "echo", inputClaim }),
      (error: unknown) => error instanceof TaskerError && error.code === "invalid_input",
      JSON.stringify(inputClaim),
    );
  }
});

test("a claim's hash is 64 hexadecimal digits, and its size a whole number that is not negative", () => {
  const odd = [
    { ...claim, sha256: "a".repeat(63) },
    { ...claim, sha256: "a".repeat(65) },
    { ...claim, sha256: "A".repeat(64) },
    { ...claim, sha256: "\0" },
    { ...claim, bytes: -1 },
    { ...claim, bytes: 0.5 },
    { ...claim, bytes: 2 ** 53 },
  ];
  for (const inputClaim of odd) assert.throws(() => parseTaskRunArgs({ task: "echo", inputClaim }), /hexadecimal/);
});

test("a field that a run does not know is refused, with the nearest that it knows", () => {
  const cases = {
    inputs: /did you mean "input"\?/,
    taks: /"taks"; did you mean "task"\?/,
    zebra: /unknown field "zebra"\./,
  };
  for (const [key, says] of Object.entries(cases))
    assert.throws(() => parseTaskRunArgs({ task: "echo", [key]: 1 }), says);
  assert.throws(() => parseTaskRunArgs(JSON.parse('{"task":"echo","__proto__":1}')), /unknown field "__proto__"/);
});

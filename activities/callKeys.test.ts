import assert from "node:assert/strict";
import { test } from "node:test";
import { createKeyring } from "../encryption/keyring.ts";
import { oldestKey } from "../encryption/oldestKey.ts";
import type { Carried } from "../protocol/value.ts";
import { createCallKeys, type CallKeys } from "./callKeys.ts";

const key = (letter: string): string => `${letter}:${Buffer.alloc(32, letter).toString("base64")}`;
function keys(given: string, encrypts = false): CallKeys {
  const keyring = createKeyring({ keys: given, keyFile: "" });
  return createCallKeys(() => oldestKey(keyring, "calls"), encrypts);
}

const RUN = { taskRunId: "run", firstRunId: "first" };
const TOP = { run: RUN, depth: 1 };
const CALL = { key: "call" };
const PLAIN: Carried = { value: [1] };
const SEALED: Carried = { claim: { sha256: "0".repeat(64), bytes: 1, secret: true } };

test("executions of a schedule or a retry policy have other keys; a nested run that begins again has the same", () => {
  const made = keys(key("a"));
  const of: CallKeys["of"] = (...args) => made.of(...args);
  const again = { ...RUN, firstRunId: "second" };
  assert.notEqual(of(TOP, CALL, PLAIN), of({ run: again, depth: 1 }, CALL, PLAIN));
  assert.equal(of({ run: RUN, depth: 2 }, CALL, PLAIN), of({ run: again, depth: 2 }, CALL, PLAIN));
  const other = { ...RUN, taskRunId: "another" };
  for (const depth of [1, 2])
    assert.notEqual(of({ run: RUN, depth }, CALL, PLAIN), of({ run: other, depth }, CALL, PLAIN));
  assert.notEqual(of(TOP, CALL, PLAIN), of(TOP, { key: "other" }, PLAIN));
});

test("the key of sealed arguments cannot be computed without the installation's keys, nor any key where histories are encrypted", () => {
  const without = keys(key("b"));
  const mine = keys(key("a"));
  assert.equal(mine.of(TOP, CALL, PLAIN), without.of(TOP, CALL, PLAIN));
  assert.notEqual(mine.of(TOP, CALL, SEALED), without.of(TOP, CALL, SEALED));
  assert.notEqual(mine.of(TOP, CALL, SEALED), mine.of(TOP, CALL, PLAIN));
  assert.equal(keys(key("a"), true).of(TOP, CALL, PLAIN), mine.of(TOP, CALL, SEALED));
});

test("a newer key in the keyring changes no call's key", () => {
  const before = keys(key("a"), true).of(TOP, CALL, PLAIN);
  assert.equal(keys(`${key("b")},${key("a")}`, true).of(TOP, CALL, PLAIN), before);
});

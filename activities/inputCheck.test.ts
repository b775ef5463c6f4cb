import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TaskerError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ticksDuring } from "../test/support/ticks.ts";
import { createComputeThreads } from "./compute/computeThreads.ts";
import { createInputCheck } from "./inputCheck.ts";

const compute = createComputeThreads(1);
after(() => compute.close());
const check = createInputCheck(compute);

/** An enum of 1,000 against an array of a million: each item is compared with each value. */
const ENUM: Json = { type: "array", items: { enum: Array.from({ length: LIMITS.schemaParts - 2 }, (_, i) => i) } };
const MILLION = JSON.stringify(Array.from({ length: 1_000_000 }, () => LIMITS.schemaParts - 3));

function refused(pattern: RegExp) {
  return (error: unknown): boolean => {
    assert(error instanceof TaskerError);
    assert.deepEqual([error.code, error.class, error.retryable], ["invalid_input", "guest", false]);
    assert.match(error.message, pattern);
    return true;
  };
}

test("while a large input is checked, the event loop turns", async () => {
  const large = JSON.stringify(Array.from({ length: 1_000_000 }, (_, i) => i));
  const schema: Json = { type: "array", items: { type: "number" } };
  const ticks = await ticksDuring(() => check({ version: "numbers", inputSchema: schema }, large));
  assert(ticks > 1, `${ticks} ticks`);
});

test("a check that needs more CPU time than an input may use is a refusal that says so", async () => {
  const quick = createInputCheck(compute, 100);
  const checked = quick({ version: "enum", inputSchema: ENUM }, MILLION);
  await assert.rejects(checked, refused(/could not be checked .* within 0\.1 s of CPU time/));
});

test("after a check was ended, the next input is checked", async () => {
  const version = { version: "numbers", inputSchema: { type: "array", items: { type: "number" } } };
  await check(version, MILLION);
  await assert.rejects(check(version, `${MILLION.slice(0, -1)},"x"]`), refused(/^input\[1000000\]: expected a number/));
});

test("a large input without a schema must be JSON", async () => {
  await check({ version: "any", inputSchema: null }, MILLION);
  await assert.rejects(check({ version: "any", inputSchema: null }, MILLION.slice(1)), refused(/not JSON/));
});

test("a small input is checked as a large one", async () => {
  const version = { version: "small", inputSchema: { type: "object", properties: { a: { type: "string" } } } };
  await check(version, '{"a":"x"}');
  await assert.rejects(check(version, '{"a":1}'), refused(/^input\.a: expected a string/));
  await assert.rejects(check(version, "{"), refused(/not JSON/));
});

test("defaults are filled in and undeclared fields are named, in a compute thread as on the main thread", async () => {
  const version = { version: "d", inputSchema: { type: "object", properties: { a: { type: "number", default: 1 } } } };
  const long = "x".repeat(1_000_000);
  assert.deepEqual(await check(version, '{"other":""}'), {
    completed: '{"other":"","a":1}',
    unknown: "The input has fields that the task does not declare: input.other.",
  });
  const { completed, unknown } = await check(version, JSON.stringify({ other: long }));
  assert.deepEqual(JSON.parse(completed!), { other: long, a: 1 });
  assert.match(unknown!, /input\.other\.$/);
});

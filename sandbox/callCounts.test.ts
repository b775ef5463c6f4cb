import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { CallCounts } from "./callCounts.ts";
import { canonicalJson } from "./canonicalJson.ts";
import { createGuests, OPTIONS, settled } from "./testGuest.ts";
import type { GuestCall } from "./types.ts";

type Call = Omit<GuestCall, "key">;

function call(path: string, args: string, links: Call["links"] = []): Call {
  return { id: 1, path: path.split("."), args, links };
}

test("the order of an object's keys does not matter, everything else does", () => {
  const same = ['[{"b":1,"a":{"d":[{"y":1,"x":2}],"c":"{"}}]', '[{"a":{"c":"{","d":[{"x":2,"y":1}]},"b":1}]'];
  assert.equal(new Set(same.map(canonicalJson)).size, 1);
  const proto = ['[{"__proto__":1,"a":2}]', '[{"a":2,"__proto__":1}]'];
  assert.equal(new Set(proto.map(canonicalJson)).size, 1);
  const numbers = ['[{"9":1,"10":2,"a":3}]', '[{"a":3,"10":2,"9":1}]'];
  assert.equal(new Set(numbers.map(canonicalJson)).size, 1);
  const differ = ["[]", "[{}]", "[null]", '["1"]', "[1]", "[1,2]", "[2,1]", '[{"__proto__":1}]', '[{"toJSON":1}]'];
  assert.equal(new Set(differ.map(canonicalJson)).size, differ.length);
});

test("arguments as deep and as large as a call may have them are made canonical", () => {
  const deep = `${'[{"b":1,"a":'.repeat(LIMITS.jsonDepth / 2)}0${"}]".repeat(LIMITS.jsonDepth / 2)}`;
  assert.equal(canonicalJson(deep), canonicalJson(canonicalJson(deep)));
  const item = JSON.stringify({ name: "n", id: 1, list: [1, 2, { z: 1, y: "text" }] });
  const count = Math.floor(LIMITS.argumentBytes / (item.length + 1)) - 1;
  const text = `[[${Array.from({ length: count }, () => item).join(",")}]]`;
  assert.equal(canonicalJson(text).length, text.length);
});

test("every call has a key of its own, and equal calls have the same keys in whatever order they come among others", () => {
  const calls = [
    call("http.fetch", '["a"]'),
    call("http.fetch", '["a"]'),
    call("http.fetch", '["b"]'),
    call("http", '["fetch","a"]'),
    call("gapi.x", '["a"]'),
    call("supabase.from", '["t"]', [{ name: "select", args: '["*"]' }]),
    call("supabase.from", '["t"]', [{ name: "select", args: "[]" }]),
    call("supabase.from", '["t"]', [
      { name: "select", args: "[]" },
      { name: "eq", args: "[]" },
    ]),
  ];
  const keysOf = (order: readonly Call[]): string[] => {
    const counts = new CallCounts();
    return order.map((each) => counts.add(each)).sort();
  };
  const keys = keysOf(calls);
  assert.equal(new Set(keys).size, calls.length);
  assert.deepEqual(keysOf(calls.toReversed()), keys);
  for (const key of keys) assert.match(key, /^[\w-]{22}$/);
});

test("the table survives as bytes, with counts of any size, in at most 10 bytes for each kind of call", () => {
  const counts = new CallCounts(
    new Map([
      [1n, 1],
      [2n ** 64n - 1n, 127],
      [3n, 128],
      [4n, 2 ** 31],
      [5n, Number.MAX_SAFE_INTEGER],
    ]),
  );
  assert.deepEqual(CallCounts.decode(counts.encode()), counts);
  assert.deepEqual(CallCounts.decode(new CallCounts().encode()), new CallCounts());
  const many = new CallCounts();
  for (let i = 0; i < 1_000; i++) for (let n = 0; n < 3; n++) many.add(call("a.b", `[${i}]`));
  assert.equal(many.encode().length, 9_000);
  assert.deepEqual(CallCounts.decode(many.encode()), many);
  assert.throws(() => CallCounts.decode(many.encode().subarray(0, -1)));
});

test("a restored VM goes on counting, and a fork counts for itself", async () => {
  const guests = await createGuests();
  const program = "async () => { for (;;) await tools.a.b(1); }";
  const { vm, step } = guests.start(program);
  const first = step.calls[0]!.key;
  const copy = guests.copy(vm);
  const second = vm.resume([settled(1)], OPTIONS).calls[0]!.key;
  assert.notEqual(second, first);
  assert.equal(copy.resume([settled(1)], OPTIONS).calls[0]!.key, second);
  const third = vm.resume([settled(2)], OPTIONS).calls[0]!.key;
  assert.equal(new Set([first, second, third]).size, 3);
  assert.equal(copy.resume([settled(2)], OPTIONS).calls[0]!.key, third);
});

test("what a VM keeps back is counted when it is handed out, in the order in which it was issued", async () => {
  const guests = await createGuests();
  const program = "async () => { await Promise.all([tools.a.b(1), tools.a.b(1), tools.a.c(1)]); }";
  const whole = guests.start(program).step.calls.map(({ key }) => key);
  const { vm, step } = guests.start(program, { answerBytes: 0 });
  assert.deepEqual(step.calls, []);
  assert.deepEqual(
    vm.resume([], OPTIONS).calls.map(({ key }) => key),
    whole,
  );
});

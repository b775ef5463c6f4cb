import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { createGuests, OPTIONS, settled } from "./testGuest.ts";

const guests = await createGuests();

test("argumentBytes: that many bytes of JSON cross, one more rejects with argument_too_large", () => {
  const most = LIMITS.argumentBytes;
  // ["…"] is four bytes; é is two, 😀 four.
  for (const [fits, past] of [
    [`"x".repeat(${most - 4})`, `"x".repeat(${most - 3})`],
    [`"é".repeat(${(most - 4) / 2})`, `"é".repeat(${(most - 4) / 2}) + "x"`],
    [`"😀".repeat(${(most - 4) / 4})`, `"😀".repeat(${(most - 4) / 4}) + "x"`],
  ] as const) {
    const { step } = guests.start(`async () => { await tools.a.b(${fits}) }`);
    assert.equal(Buffer.byteLength(step.calls[0]?.args ?? ""), most, JSON.stringify(step.failure));
    const refused = guests.run(
      `async () => { try { await tools.a.b(${past}) } catch (e) { return [e.code, e.class] } }`,
    );
    assert.deepEqual([refused.result, refused.calls.length], ['["argument_too_large","limit"]', 0]);
  }
});

test("resultBytes: that many bytes are a result, one more is the failure result_too_large", () => {
  const most = LIMITS.resultBytes;
  assert.equal(guests.run(`() => "x".repeat(${most - 2})`).result?.length, most);
  const { failure } = guests.run(`() => "x".repeat(${most - 1})`);
  assert.deepEqual([failure?.code, failure?.class], ["result_too_large", "limit"]);
});

test("a result of that size comes from a tool as well", () => {
  const { vm } = guests.start("async () => (await tools.a.b()).length");
  assert.equal(
    vm.resume([settled(1, "x".repeat(LIMITS.resultBytes - 2))], OPTIONS).result,
    String(LIMITS.resultBytes - 2),
  );
});

test("jsonDepth: that many levels cross, one more is not_serializable", () => {
  const nested = (levels: number): string =>
    `() => { let a = 1; for (let i = 0; i < ${levels}; i++) a = i % 2 ? [a] : { a }; return a }`;
  assert.equal(guests.run(nested(LIMITS.jsonDepth)).state, "completed");
  assert.equal(guests.run(nested(LIMITS.jsonDepth + 1)).failure?.code, "not_serializable");
});

test("unsettledCalls: that many wait, timers among them; one more rejects with too_many_calls; one settled makes room", () => {
  const most = LIMITS.unsettledCalls;
  const options = { ...OPTIONS, answerBytes: 16 * 1024 * 1024 };
  const { vm, step } = guests.start(
    `async () => {
      setTimeout(() => {}, 1000);
      const first = tools.a.b();
      for (let i = 2; i < ${most}; i++) tools.a.b();
      const refused = [];
      await tools.a.b().catch((e) => refused.push(e.code, e.class));
      try { setTimeout(() => {}, 5) } catch (e) { refused.push(e.code) }
      await first;
      tools.a.last();
      return refused;
    }`,
    options,
  );
  assert.equal(step.calls.length, most);
  const last = vm.resume([settled(2)], options);
  assert.equal(last.result, '["too_many_calls","limit","too_many_calls"]');
  assert.deepEqual(
    last.calls.map(({ path }) => path[1]),
    ["last"],
  );
});

test("a storm of 100,000 calls leaves the bound's number of calls, or is out of memory", () => {
  const step = guests.run(
    "async () => { const all = []; for (let i = 0; i < 100000; i++) all.push(tools.a.b(i)); return (await Promise.allSettled(all)).length }",
  );
  assert.ok(
    step.state === "suspended" ? step.calls.length > 0 : step.failure?.code === "memory_limit",
    JSON.stringify(step.failure),
  );
});

test("logBytes: lines are kept up to it, then one line says that the log was cut", () => {
  const step = guests.run(
    `async () => { for (let i = 0; i < 200000; i++) console.log("line", i, "é".repeat(50)); return 1 }`,
    { answerBytes: 64 * 1024 * 1024 },
  );
  assert.equal(step.result, "1");
  const bytes = step.logs.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  assert.ok(bytes <= LIMITS.logBytes && bytes > LIMITS.logBytes * 0.8, String(bytes));
  assert.deepEqual(
    step.logs.filter(({ level }) => level === "warn").map(({ text }) => text),
    [`log cut: a run keeps ${LIMITS.logBytes} bytes of it`],
  );
  assert.equal(step.logs.at(-1)?.level, "warn");
});

test("logBytes: a line that fills the log exactly is kept, one byte more is not", () => {
  // Lines are cut at 64 Ki units and charged 16 bytes each.
  const line = 64 * 1024;
  const whole = Math.floor(LIMITS.logBytes / (line + 16));
  const rest = LIMITS.logBytes - whole * (line + 16) - 16;
  const kept = (last: number): string[] =>
    guests
      .run(
        `() => { for (let i = 0; i < ${whole}; i++) console.log("x".repeat(${line})); console.log("y".repeat(${last})) }`,
        { answerBytes: 64 * 1024 * 1024 },
      )
      .logs.map(({ text }) => text.slice(0, 7));
  assert.equal(kept(rest).at(-1), "yyyyyyy");
  assert.equal(kept(rest + 1).at(-1), "log cut");
});

test("a flood of empty lines ends too", () => {
  const step = guests.run("() => { for (let i = 0; i < 1e6; i++) console.log() }", {
    answerBytes: 64 * 1024 * 1024,
  });
  assert.equal(step.state, "completed");
  assert.ok(step.logs.length <= LIMITS.logBytes / 16 + 1);
});

test("toolNameBytes: a dotted name of that length is a call, one byte more is unknown", () => {
  const path = (bytes: number): string => `tools["a"]["${"b".repeat(bytes - 2)}"]`;
  assert.equal(guests.run(`async () => { await ${path(LIMITS.toolNameBytes)}() }`).calls.length, 1);
  assert.equal(guests.run(`async () => { await ${path(LIMITS.toolNameBytes + 1)}() }`).failure?.code, "unknown_tool");
  assert.equal(
    guests.run(`async () => { await __callHostTool__("a", Array(1e5).fill("b")) }`).failure?.code,
    "unknown_tool",
  );
});

test("sleepMs bounds setTimeout as well", () => {
  assert.equal(
    guests.run(`async () => { setTimeout(() => {}, ${LIMITS.sleepMs}); await tools.a.b() }`).calls.length,
    2,
  );
  assert.equal(
    guests.run(`async () => { setTimeout(() => {}, ${LIMITS.sleepMs} + 1) }`).failure?.code,
    "invalid_argument",
  );
});

test("vmMemoryBytes: what fits below it runs, what does not is memory_limit", () => {
  const hold = (bytes: number): string => `() => { const a = new Uint8Array(${bytes}); return a.length }`;
  assert.equal(guests.run(hold(LIMITS.vmMemoryBytes * 0.7)).state, "completed");
  assert.equal(guests.run(hold(LIMITS.vmMemoryBytes)).failure?.code, "memory_limit");
});

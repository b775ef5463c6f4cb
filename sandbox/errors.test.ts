import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { createGuests, OPTIONS, startOf } from "./testGuest.ts";

const guests = await createGuests();

test("a stack begins with name and message, whoever made the error", () => {
  const task = `() => {
    const first = (e) => e.stack.split("\\n")[0];
    class Mine extends Error { name = "Mine" }
    let native; try { null.x } catch (e) { native = e }
    const changed = new Error("before"); changed.message = "after";
    const own = new Error("x"); own.stack = "my own";
    return [new TypeError("bad"), new Mine("m"), new Error(""), native, new AggregateError([], "agg"), changed, own].map(first);
  }`;
  assert.deepEqual(guests.result(task), [
    "TypeError: bad",
    "Mine: m",
    "Error",
    "TypeError: cannot read property 'x' of null",
    "AggregateError: agg",
    "Error: after",
    "my own",
  ]);
});

test("the frames of a stack are the guest's own, and no key of an error leads to them", () => {
  const task = `() => {
    const e = new Error("x");
    const proxy = new Proxy(e, { get(target, key) { if (typeof key === "symbol") seen.push(String(key)); return target[key]; } });
    const seen = [];
    const stack = [1].map(() => new Error("y").stack)[0];
    return {
      keys: Reflect.ownKeys(e), prelude: stack.includes("prelude"), frames: stack.split("\\n").length > 2,
      proxied: [typeof proxy.stack, seen], other: Object.create(Error.prototype).stack === undefined,
      captured: (() => { const o = {}; Error.captureStackTrace(o); return o.stack.startsWith("Error\\n    at "); })(),
    };
  }`;
  assert.deepEqual(guests.result(task), {
    keys: ["message"],
    prelude: false,
    frames: true,
    proxied: ["string", []],
    other: true,
    captured: true,
  });
});

test("a rejected call's stack is headed by its message and names the line that called", () => {
  const task = "async () => {\n  try { await tools.a.b() } catch (e) { return e.stack }\n}";
  const error = { code: "quota", class: "tool", message: "too many" } as const;
  const step = guests.start(task).vm.resume([{ id: 1, ok: false, error }], OPTIONS);
  assert.match(JSON.parse(step.result!) as string, /^ToolError: too many\n {4}at task \(bundle\.js:2:\d+\)$/);
});

test("a failure tells the causes of what was thrown, in its message and its stack", () => {
  const task = `() => {
    const low = new RangeError("low");
    throw new Error("top", { cause: new TypeError("middle", { cause: low }) });
  }`;
  const { failure } = guests.run(task);
  assert.equal(failure!.message, "top; caused by TypeError: middle; caused by RangeError: low");
  assert.match(
    failure!.stack!,
    /^Error: top\n {4}at [^]*\nCaused by: TypeError: middle\n {4}at [^]*\nCaused by: RangeError: low\n {4}at /,
  );
  assert.equal(guests.run("() => { throw new Error('a', { cause: 'plain' }) }").failure!.message, "a; caused by plain");
});

test("a failure tells the errors of an AggregateError", () => {
  const { failure } = guests.run("() => Promise.any([Promise.reject(new TypeError('one')), Promise.reject('two')])");
  assert.equal(failure!.message, "AggregateError [TypeError: one; two]");
  const many = guests.run("() => { throw new AggregateError(Array.from({ length: 9 }, (_, i) => i), 'all') }");
  assert.equal(many.failure!.message, "AggregateError: all [0; 1; 2; 3; 4; 4 more]");
});

test("a log line shows an error's cause, errors and own properties", () => {
  const task = `() => {
    console.log(Object.assign(new Error("top", { cause: new TypeError("low") }), { code: "E1", detail: { a: 1 } }));
    console.log(new AggregateError([new Error("one")], "all"));
  }`;
  const [first, second] = guests.run(task).logs.map(({ text }) => text);
  assert.match(
    first!,
    /^Error: top\n {4}at [^]*\{ code: "E1", detail: \{ a: 1 \} \}\nCaused by: TypeError: low\n {4}at /,
  );
  assert.match(second!, /^AggregateError: all\n {4}at [^]*\[errors\]: \[Error: one\n/);
});

test("errors whose causes form a circle, or are hostile, are told all the same", () => {
  for (const thrown of [
    "(() => { const a = new Error('a'), b = new Error('b', { cause: a }); a.cause = b; return a })()",
    "new Error('a', { cause: new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 } }) })",
    "Object.defineProperty(new Error('a'), 'cause', { get() { throw 1 } })",
    "Object.defineProperty(new AggregateError([], 'a'), 'errors', { value: new Proxy([], { get() { throw 1 } }) })",
  ]) {
    const { failure, logs } = guests.run(`() => { console.log(${thrown}); throw ${thrown} }`);
    assert.equal(failure?.code, "guest_error", thrown);
    assert.match(failure.message, /a/);
    assert.equal(logs.length, 1);
  }
});

test("an error's own name, code and plain data travel with its failure, and become the cause of the parent's error", () => {
  const thrown = `Object.assign(new (class PaymentError extends Error { name = "PaymentError" })("no funds"), {
    code: "E_FUNDS", balance: 7, items: [{ a: 1 }], callback: () => 1 })`;
  const child = guests.run(`() => { throw ${thrown} }`).failure!;
  assert.deepEqual(JSON.parse(child.thrown!), {
    name: "PaymentError",
    code: "E_FUNDS",
    message: "no funds",
    data: { balance: 7, items: [{ a: 1 }] },
  });
  const parent = `async () => { try { await tools.tasks.execute("child") } catch (e) {
    return [e.name, e.code, e.message, e.cause.name, e.cause.code, e.cause.message, e.cause.balance, e.cause instanceof Error];
  } }`;
  const step = guests.start(parent).vm.resume([{ id: 1, ok: false, error: child }], OPTIONS);
  assert.deepEqual(JSON.parse(step.result!), [
    "ToolError",
    "guest_error",
    "PaymentError: no funds",
    "PaymentError",
    "E_FUNDS",
    "no funds",
    7,
    true,
  ]);
});

test("what a nested run's error said passes through a parent that does not catch it", () => {
  const error = { code: "guest_error", class: "guest", message: "m", thrown: '{"name":"Deep","data":{}}' } as const;
  const step = guests.start("() => tools.tasks.execute('child')").vm.resume([{ id: 1, ok: false, error }], OPTIONS);
  assert.equal(step.failure?.thrown, error.thrown);
  const damaged = guests
    .start("async () => { try { await tools.tasks.execute('child') } catch (e) { return 'cause' in e } }")
    .vm.resume([{ id: 1, ok: false, error: { ...error, thrown: '{"name' } }], OPTIONS);
  assert.equal(damaged.result, "false");
});

test("a plain error has nothing to add to its message", () => {
  for (const thrown of ["new Error('x')", "'text'", "null", "() => 1", "new Proxy({}, { ownKeys() { throw 1 } })"]) {
    assert.equal(guests.run(`() => { throw ${thrown} }`).failure?.thrown, undefined, thrown);
  }
  assert.equal(guests.run("() => { throw { status: 404 } }").failure?.thrown, '{"data":{"status":404}}');
});

test("thrownBytes: data up to that size travel, larger ones are left out", () => {
  const size = (length: number): string | undefined =>
    guests.run(startOf(`() => { throw { text: "x".repeat(${length}) } }`)).failure?.thrown;
  const frame = '{"data":{"text":""}}'.length;
  assert.equal(size(LIMITS.thrownBytes - frame)?.length, LIMITS.thrownBytes);
  assert.equal(size(LIMITS.thrownBytes - frame + 1), undefined);
});

test("a global that a task does not have is answered with what to use instead", () => {
  assert.equal(
    guests.run("() => fetch('https://example.com')").failure?.message,
    "ReferenceError: 'fetch' is not defined: use tools.http.fetch",
  );
  assert.match(guests.run("() => Buffer.from('x')").failure!.message, /use Uint8Array/);
  assert.equal(guests.run("() => mine").failure?.message, "ReferenceError: 'mine' is not defined");
});

test("a loop that awaits what is settled is not told to await something", () => {
  const { failure } = guests.run("async () => { for (;;) await null }", { cpuMs: 100 });
  assert.equal(failure?.code, "cpu_limit");
  assert.match(failure.message, /tools\.sleep/);
});

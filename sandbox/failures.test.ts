import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { createGuests, OPTIONS, settled, startOf } from "./testGuest.ts";

const guests = await createGuests();

test("whatever a task throws is a clean failure with a message", () => {
  const throws: [thrown: string, message: RegExp][] = [
    ["new Error('boom')", /^boom$/],
    ["new TypeError('bad')", /^TypeError: bad$/],
    ["'text'", /^text$/],
    ["null", /^the task threw null$/],
    ["undefined", /^the task threw undefined$/],
    ["1n", /^the task threw 1n$/],
    ["Symbol('s')", /^the task threw Symbol\(s\)$/],
    ["{ a: 1 }", /^the task threw \{ a: 1 \}$/],
    ["() => 1", /^the task threw \[Function/],
    ["new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })", /^the task threw/],
    ["(() => { const e = new Error('c'); e.cause = e; return e })()", /^c$/],
    ["{ get message() { throw 1 }, get stack() { throw 1 }, get name() { throw 1 } }", /^the task threw/],
    ["{ toString() { throw 1 } }", /^the task threw/],
    ["new Error('x'.repeat(1e6))", /^x+…$/],
  ];
  for (const [thrown, message] of throws) {
    for (const how of [`() => { throw ${thrown} }`, `async () => { await null; throw ${thrown} }`]) {
      const { state, failure } = guests.run(how);
      assert.deepEqual([state, failure?.code, failure?.class], ["failed", "guest_error", "guest"], thrown);
      assert.match(failure!.message, message);
    }
  }
});

test("a guest cannot forge a code or a class", () => {
  const forged =
    "Object.assign(new Error('interrupted'), { code: 'cpu_limit', class: 'infrastructure', name: 'InternalError' })";
  const { failure } = guests.run(`() => { throw ${forged} }`);
  assert.deepEqual([failure?.code, failure?.class], ["guest_error", "guest"]);
});

test("an uncaught rejection of the host's keeps code, class and message, however it travels", () => {
  const error = { code: "quota", class: "tool", message: "too many" } as const;
  for (const task of [
    "async () => { await tools.a.b() }",
    "() => Promise.all([tools.a.b()])",
    "async () => { try { await tools.a.b() } catch (e) { e.message = 'mine'; e.code = 'x'; throw e } }",
  ]) {
    const step = guests.start(task).vm.resume([{ id: 1, ok: false, error }], OPTIONS);
    const { code, class: errorClass, message } = step.failure!;
    assert.deepEqual({ code, class: errorClass, message }, error);
  }
  const wrapped = guests.start(
    "async () => { try { await tools.a.b() } catch (e) { throw new Error('mine', { cause: e }) } }",
  );
  assert.equal(wrapped.vm.resume([{ id: 1, ok: false, error }], OPTIONS).failure?.code, "guest_error");
});

test("a task that awaits what can never happen is a deadlock, not a silence", () => {
  const { failure } = guests.run("async () => { await new Promise(() => {}) }");
  assert.deepEqual([failure?.code, failure?.class], ["deadlock", "guest"]);
  const { vm, step } = guests.start("async () => { await tools.a.b(); await { then() {} } }");
  assert.equal(step.state, "suspended");
  assert.equal(vm.resume([settled(1)], OPTIONS).failure?.code, "deadlock");
});

test("clearing the last timer that was awaited is a deadlock", () => {
  assert.equal(guests.run("() => new Promise((r) => clearTimeout(setTimeout(r, 1000)))").failure?.code, "deadlock");
});

test("every way to export a task works", () => {
  const run = (bundle: string): unknown => guests.result({ ...startOf(""), bundle, input: '{"n":1}' });
  const wrap = (task: string): string => `exports.modules = {}; exports.task = ${task};`;
  assert.deepEqual(run(wrap("(input, context) => [input.n, context.taskName]")), [1, "test"]);
  assert.deepEqual(run(wrap("{ default: (input, context) => [input.n, context.taskName] }")), [1, "test"]);
  assert.deepEqual(run(wrap("{ x: 5, execute(input, context) { return [this.x, context.taskName] } }")), [5, "test"]);
  assert.deepEqual(run(wrap("{ runTask: (input, t) => [input.n, t === tools] }")), [1, true]);
  assert.deepEqual(run(wrap("{ default: { execute: (input) => input.n } }")), 1);
  assert.deepEqual(run("module.exports = { execute: (input) => input.n }"), 1);
  assert.deepEqual(run("module.exports = (input) => input.n"), 1);
  assert.deepEqual(
    run(
      "var E = {}; Object.defineProperty(E, 'default', { get: () => async (i) => i.n, enumerable: true }); exports.task = E",
    ),
    1,
  );
  assert.equal(guests.run({ ...startOf(""), bundle: wrap("{ other() {} }") }).failure?.code, "no_callable_export");
  assert.equal(guests.run({ ...startOf(""), bundle: "" }).failure?.code, "no_callable_export");
});

test("modules are found by the literal text, also while the bundle still loads; others are not found", () => {
  const bundle = `exports.modules = { "./m": () => ({ n: 7 }), ["__proto__"]: () => 8 };
    const early = context.tasks.require("./m").n;
    exports.task = (_, context) => {
      const missing = []; for (const name of ["./other", "toString", 5]) { try { context.tasks.require(name) } catch (e) { missing.push(e.code) } }
      return [early, context.tasks.require("./m").n, context.tasks.require("__proto__"), missing];
    };`;
  assert.deepEqual(guests.result({ ...startOf(""), bundle }), [7, 7, 8, Array(3).fill("module_not_found")]);
});

test("a computed require or import rejects at run time", () => {
  const { failure } = guests.run("() => require('f' + 's')");
  assert.deepEqual([failure?.code, failure?.class], ["module_not_found", "guest"]);
  assert.match(failure!.message, /"fs".*computed require/);
  assert.deepEqual(guests.result("() => import('f' + 's').then(() => 'loaded', (e) => e.name)"), "ReferenceError");
});

test("a bundle that does not compile is the guest's failure and names the place", () => {
  const { failure } = guests.run({ ...startOf(""), bundle: "let a = 1;\nlet a = 2;" });
  assert.deepEqual([failure?.code, failure?.class], ["guest_error", "guest"]);
  assert.match(failure!.message, /SyntaxError/);
  assert.match(failure!.stack!, /bundle\.js:2/);
});

test("message and stack of a failure are bounded", () => {
  const { failure } = guests.run("() => { const e = new Error('é'.repeat(1e6)); e.stack = 's'.repeat(1e6); throw e }");
  assert.ok(failure!.message.length + failure!.stack!.length <= LIMITS.errorBytes);
});

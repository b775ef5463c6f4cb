import assert from "node:assert/strict";
import { test } from "node:test";
import { createGuests, OPTIONS, settled, startOf } from "./testGuest.ts";

const guests = await createGuests();
const code = (task: string): string | undefined => guests.run(task).failure?.code;

test("a result crosses as JSON.stringify gives it", () => {
  const task = `() => ({ nan: NaN, inf: -Infinity, zero: -0, undef: undefined, list: [undefined, , null], date: new Date(0),
    map: new Map([[1, 2]]), set: new Set([1]), boxed: [Object(1), Object("s"), Object(false)], nul: "\\0", lone: "\\ud800",
    ["__proto__"]: 1, sym: { [Symbol("k")]: 1 }, typed: Uint8Array.of(1), re: /x/, err: new Error("e"), 1: 0, "": { "": 2 } })`;
  const expected =
    `{"1":0,"nan":null,"inf":null,"zero":0,"list":[null,null,null],"date":"1970-01-01T00:00:00.000Z","map":{},"set":{},` +
    `"boxed":[1,"s",false],"nul":"\\u0000","lone":"\\ud800","__proto__":1,"sym":{},"typed":{"0":1},"re":{},"err":{},"":{"":2}}`;
  assert.equal(guests.run(task).result, expected);
  assert.equal(guests.run("() => undefined").result, "null");
});

test("what JSON cannot hold fails the run and names the path", () => {
  const message = (value: string): string | undefined => guests.run(`async () => (${value})`).failure?.message;
  assert.equal(message("{ items: [0, 1, { fn() {} }] }"), "result.items[2].fn is a function, which JSON cannot hold");
  assert.equal(message("[Symbol('s')]"), "result[0] is a symbol, which JSON cannot hold");
  assert.equal(message("({ 'a b': { n: 1n } })"), 'result["a b"].n is a bigint, which JSON cannot hold');
  assert.equal(message("() => 1"), "result is a function, which JSON cannot hold");
  assert.equal(
    message("(() => { const a = { b: [] }; a.b.push(a); return a })()"),
    "result.b[0] is a cycle, which JSON cannot hold",
  );
  assert.equal(code("() => 1n"), "not_serializable");
});

test("an argument that JSON cannot hold rejects that call alone", () => {
  const { step } = guests.start(`async () => {
    const error = await tools.a.b(1, { c: () => 1 }).catch((error) => error);
    console.log(error.code, error.class, error.message);
    await tools.a.ok();
  }`);
  assert.equal(step.logs[0]!.text, "not_serializable guest args[1].c is a function, which JSON cannot hold");
  assert.deepEqual(
    step.calls.map(({ id, path }) => [id, path[1]]),
    [[1, "ok"]],
  );
});

test("the same object twice is no cycle", () => {
  assert.deepEqual(guests.result("() => { const s = { x: [1] }; return { a: s, b: [s, s] } }"), {
    a: { x: [1] },
    b: [{ x: [1] }, { x: [1] }],
  });
});

test("toJSON is called once, and what it throws is the guest's error", () => {
  assert.equal(guests.run("() => { let n = 0; return { toJSON() { return { n: ++n } } } }").result, '{"n":1}');
  const { failure } = guests.run("() => ({ get a() { throw new TypeError('mine') } })");
  assert.deepEqual([failure?.code, failure?.message], ["guest_error", "TypeError: mine"]);
});

test("a tool called while an argument is written does not disturb it", () => {
  const { step } = guests.start(
    `async () => { await tools.outer.x({ a: { toJSON() { tools.inner.y({ z: [1] }); return [2] } }, b: 3 }) }`,
  );
  assert.deepEqual(
    step.calls.map(({ path, args }) => [path[0], args]),
    [
      ["inner", '[{"z":[1]}]'],
      ["outer", '[{"a":[2],"b":3}]'],
    ],
  );
});

test("whatever the guest patches, calls, settlements, logs and results stay as they are", () => {
  const { vm, step } = guests.start(`async () => {
    const evil = () => { throw new Error("patched") };
    for (const proto of [Object.prototype, Array.prototype, String.prototype, Number.prototype]) {
      Object.defineProperty(proto, "toJSON", { value: () => "patched", configurable: true, writable: true });
    }
    for (const key of ["0", "1", "value", "get", "set", "writable", "id", "path", "next", "head", "code"]) {
      Object.defineProperty(Object.prototype, key, { __proto__: null, set: evil, get: () => undefined, configurable: true });
    }
    Object.defineProperty(Object.getPrototypeOf([].values()), 'next', { __proto__: null, value: evil });
    Array.prototype[Symbol.iterator] = evil; Array.prototype.push = evil; Array.prototype.join = evil; Array.prototype.map = evil;
    Promise.resolve = evil;
    Map.prototype.get = evil; Map.prototype.set = evil; WeakMap.prototype.get = evil; Function.prototype.call = evil;
    Function.prototype.apply = evil; Function.prototype.bind = evil; Reflect.apply = evil; Object.defineProperty = evil;
    String.prototype.slice = evil; String.prototype.charCodeAt = evil; JSON.stringify = evil; JSON.parse = evil;
    Number.prototype.toString = evil; Date.now = evil; Array.isArray = evil; Object.keys = evil; Proxy = evil; Error = evil;
    console.log("line", 1);
    const answer = await tools.a.b("x", 1);
    setTimeout(evil, 0);
    return answer;
  }`);
  assert.equal(step.state, "suspended", JSON.stringify(step.failure));
  assert.deepEqual(step.calls, [{ id: 1, path: ["a", "b"], args: '["x",1]', links: [] }]);
  assert.equal(step.logs[0]!.text, "line 1");
  const last = vm.resume([settled(1, "fine")], OPTIONS);
  assert.equal(last.result, '"fine"', JSON.stringify(last.failure));
});

test("a patched Promise.prototype.then sees only the task's own promise, and fails as the guest's error", () => {
  const counted = guests.start(`async () => {
    const then = Promise.prototype.then; let seen = 0;
    Promise.prototype.then = function (...args) { seen++; return then.apply(this, args) };
    tools.supabase.from("t").select(); await tools.a.b(); console.log(seen); return 1;
  }`);
  const step = counted.vm.resume([settled(1)], OPTIONS);
  assert.deepEqual([step.state, step.logs[0]!.text], ["completed", "1"]);
  const thrown = guests.run("async () => { Promise.prototype.then = () => { throw new Error('mine') } }");
  assert.deepEqual([thrown.failure?.code, thrown.failure?.message], ["guest_error", "mine"]);
});

test("a result from a tool may hold any key and any text", () => {
  const value = JSON.parse(
    '{"__proto__":{"polluted":1},"then":1,"constructor":2,"nul":"\\u0000","lone":"\\ud800","list":[[],{}]}',
  ) as unknown;
  const { vm } = guests.start(
    "async () => { const r = await tools.a.b(); return [r, ({}).polluted === undefined, Object.hasOwn(r, '__proto__')] }",
  );
  assert.equal(vm.resume([settled(1, value)], OPTIONS).result, JSON.stringify([value, true, true]));
});

test("input crosses as it is", () => {
  assert.deepEqual(
    guests.result(startOf("(input) => input", { input: '{"__proto__":1,"s":"\\ud83d\\ude00é"}' })),
    JSON.parse('{"__proto__":1,"s":"😀é"}'),
  );
  assert.equal(guests.run(startOf("(input) => input", { input: "null" })).result, "null");
});

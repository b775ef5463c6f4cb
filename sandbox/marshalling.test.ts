import assert from "node:assert/strict";
import { test } from "node:test";
import { createGuests, OPTIONS, settled, startOf, withoutKeys } from "./testGuest.ts";

const guests = await createGuests();
const code = (task: string): string | undefined => guests.run(task).failure?.code;

test("a result crosses as JSON.stringify gives it", () => {
  const task = `() => ({ undef: undefined, list: [undefined, , null], date: new Date(0), boxed: [Object(1), Object("s"), Object(false)],
    nul: "\\0", lone: "\\ud800", ["__proto__"]: 1, zero: -0, 1: 0, "": { "": 2 } })`;
  const expected =
    `{"1":0,"list":[null,null,null],"date":"1970-01-01T00:00:00.000Z","boxed":[1,"s",false],` +
    `"nul":"\\u0000","lone":"\\ud800","__proto__":1,"zero":0,"":{"":2}}`;
  assert.equal(guests.run(task).result, expected);
  assert.equal(guests.run("() => undefined").result, "null");
});

/** Each value, and what becomes of it: its JSON, or why it is refused. */
const VALUES: readonly [value: string, json: string | { readonly refused: string }][] = [
  ["new Date(0)", '"1970-01-01T00:00:00.000Z"'],
  ["new URL('https://x.example/a')", '"https://x.example/a"'],
  ["new URLSearchParams({ a: '1 2' })", '"a=1+2"'],
  ["Object(5)", "5"],
  ["-0", "0"],
  ["undefined", "null"],
  ["[undefined]", "[null]"],
  ["[1, , 3]", "[1,null,3]"],
  ["({ toJSON: () => 7 })", "7"],
  ["({ get x() { return 7 } })", '{"x":7}'],
  ["new (class { #a = 1; b = 2 })()", '{"b":2}'],
  ["new (class { toJSON() { return 'own' } })()", '"own"'],
  ["Object.assign(Object.create(null), { a: 1 })", '{"a":1}'],
  // As everywhere: an array is its items, and an object its enumerable fields with names.
  ["Object.assign([1], { extra: 2 })", "[1]"],
  ["'2026-01'.match(/(?<y>\\d+)-(?<m>\\d+)/)", '["2026-01","2026","01"]'],
  ["({ [Symbol('k')]: 1 })", "{}"],
  ["Object.defineProperty({}, 'hidden', { value: 1 })", "{}"],
  ["new Map([['a', 1]])", { refused: "a Map, which JSON cannot hold: pass Object.fromEntries(map)" }],
  ["new (class Names extends Map { own = 1 })()", { refused: "a Map, which" }],
  ["new Set([1])", { refused: "a Set, which JSON cannot hold: pass Array.from(set)" }],
  ["new WeakMap()", { refused: "a WeakMap, which" }],
  ["new WeakSet()", { refused: "a WeakSet, which" }],
  ["new RangeError('why')", { refused: "an Error, which JSON cannot hold: pass its message" }],
  ["Object.assign(new Error('why'), { code: 1 })", { refused: "an Error, which" }],
  ["/x/g", { refused: "a RegExp, which" }],
  [
    "new Uint8Array([1, 2])",
    { refused: "a typed array, which JSON cannot hold: only the body of tools.http.fetch takes bytes" },
  ],
  ["new DataView(new ArrayBuffer(1))", { refused: "a DataView, which" }],
  ["new ArrayBuffer(4)", { refused: "an ArrayBuffer, which" }],
  ["Promise.resolve(5)", { refused: "a promise, which JSON cannot hold: await it, or await Promise.all()" }],
  ["new (class { then() {} })()", { refused: "a promise, which" }],
  ["[1].map(async () => 1)", { refused: "[0] is a promise, which" }],
  ["tools.sleep(5)", { refused: "a promise, which" }],
  [
    "tools.supabase.from('t').select('*')",
    { refused: "a call that was not awaited, which JSON cannot hold: await it" },
  ],
  ["tools.supabase.from('t')", { refused: "a call that was not awaited, which" }],
  ["(function* () { yield 1 })()", { refused: "a generator, which" }],
  ["(async function* () { yield 1 })()", { refused: "an async generator, which" }],
  ["[1].values()", { refused: "an iterator, which" }],
  ["new Map().keys()", { refused: "an iterator, which" }],
  [
    "new (class { #a = 1 })()",
    { refused: "an instance of a class without fields of its own, which JSON cannot hold: pass a plain object" },
  ],
  ["new TextEncoder()", { refused: "an instance of a class without fields" }],
  ["new Date(NaN)", { refused: "an invalid Date, which" }],
  ["NaN", { refused: "NaN, which JSON cannot hold: pass null or a string" }],
  ["Infinity", { refused: "Infinity, which" }],
  ["Object(NaN)", { refused: "NaN, which" }],
  ["() => 1", { refused: "a function, which JSON cannot hold" }],
  ["Symbol('x')", { refused: "a symbol, which" }],
  ["Object(Symbol('x'))", { refused: "a symbol, which" }],
  ["1n", { refused: "a bigint, which" }],
  ["Object(1n)", { refused: "a bigint, which" }],
];

test("every value is carried with its content or refused with its path: in results, arguments, inputs of nested runs and links", () => {
  for (const [value, json] of VALUES) {
    // As a field, because a task's own promise and null are awaited and allowed.
    const result = guests.run(`async () => ({ v: [${value}] })`);
    const { step } = guests.start(`async () => {
      const said = ({ code, message }) => console.log(code + " " + message);
      tools.a.b({ v: [${value}] }).catch(said);
      tools.tasks.execute("t", { v: [${value}] }).catch(said);
      tools.supabase.from("t").insert({ v: [${value}] }).catch(said);
      await tools.a.end();
    }`);
    const call = (head: string) => step.calls.find(({ path }) => path[0] === head && path[1] !== "end");
    if (typeof json === "string") {
      const field = `{"v":[${json}]}`;
      assert.equal(result.result, field, value);
      assert.equal(call("a")?.args, `[${field}]`, value);
      assert.equal(call("tasks")?.args, `["t",${field}]`, value);
      assert.equal(call("supabase")?.links[0]?.args, `[${field}]`, value);
    } else {
      const refused = json.refused.startsWith("[") ? `.v[0]${json.refused}` : `.v[0] is ${json.refused}`;
      assert.equal(result.failure?.code, "not_serializable", value);
      assert.ok(result.failure.message.startsWith(`result${refused}`), `${value}: ${result.failure.message}`);
      const lines = step.logs.map(({ text }) => text.replace(/^not_serializable /, ""));
      assert.deepEqual(
        lines.filter((line) => line.startsWith(`args[0]${refused}`) || line.startsWith(`args[1]${refused}`)).length,
        3,
        `${value}: ${lines.join("; ")}`,
      );
    }
  }
});

test("a body of http.fetch that JSON cannot hold travels as text, and a third argument says how", () => {
  const calls = (body: string, more = ""): string[] =>
    guests
      .start(
        `async () => { const init = Object.freeze({ method: "POST", body: ${body} });
          await Promise.all([tools.http.fetch("https://a.example/", init${more}),
            __callHostTool__("http", ["fetch"], ["https://a.example/", init])]) }`,
      )
      .step.calls.map(({ args }) => args);
  const sent = (body: string, bodyType: string): string[] => {
    const args = `["https://a.example/",{"method":"POST","body":"${body}"},{"bodyType":"${bodyType}"}]`;
    return [args, args];
  };
  assert.deepEqual(calls("new URLSearchParams({ a: '1 2', b: 'é' })"), sent("a=1+2&b=%C3%A9", "form"));
  for (const length of [0, 1, 2, 3, 4, 5, 100, 10_000]) {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 89) % 256));
    const made = `Uint8Array.from({ length: ${length} }, (_, index) => (index * 89) % 256)`;
    const expected = sent(bytes.toString("base64"), "base64");
    assert.deepEqual(calls(made), expected);
    assert.deepEqual(calls(`${made}.buffer`), expected);
    assert.deepEqual(calls(`new DataView(${made}.buffer)`), expected);
  }
  assert.deepEqual(calls("new Uint8Array([9, 1, 2, 9]).subarray(1, 3)"), sent("AQI=", "base64"));
  assert.deepEqual(calls("new Uint16Array([0x0201])"), sent("AQI=", "base64"));
  const plain = '["https://a.example/",{"method":"POST","body":{"base64":"AQI="}}]';
  assert.deepEqual(calls("{ base64: 'AQI=' }"), [plain, plain]);
  assert.deepEqual(calls("1", ', { bodyType: "form" }').length, 1);
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
  assert.deepEqual(withoutKeys(step.calls), [{ id: 1, path: ["a", "b"], args: '["x",1]', links: [] }]);
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

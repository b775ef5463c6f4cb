import assert from "node:assert/strict";
import { test } from "node:test";
import { createGuests, OPTIONS, settled, startOf, withoutKeys } from "./testGuest.ts";

const guests = await createGuests();
const told = (step: { calls: readonly { path: readonly string[]; args: string }[] }): unknown[] =>
  step.calls.map(({ path, args }) => [path.join("."), JSON.parse(args) as unknown]);

test("a call carries its dotted path and its arguments, and its value is a native promise", () => {
  const { vm, step } = guests.start(`async () => {
    const call = tools.gapi.admin.directory.domains.list({ customer: "x" }, [1]);
    return [call instanceof Promise, Object.getPrototypeOf(call) === Promise.prototype, await call];
  }`);
  assert.equal(step.state, "suspended");
  assert.deepEqual(withoutKeys(step.calls), [
    { id: 1, path: ["gapi", "admin", "directory", "domains", "list"], args: '[{"customer":"x"},[1]]', links: [] },
  ]);
  assert.equal(vm.resume([settled(1, { ok: 1 })], OPTIONS).result, '[true,true,{"ok":1}]');
});

test("calls are numbered from 1 in the order in which they are issued", () => {
  const step = guests.run("async () => { await Promise.all([tools.a.x(1), tools.b.y(2), context.tools.c.z(3)]) }");
  assert.deepEqual(
    step.calls.map(({ id, path }) => [id, path.join(".")]),
    [
      [1, "a.x"],
      [2, "b.y"],
      [3, "c.z"],
    ],
  );
});

test("the array form is the same call", () => {
  const step = guests.run(`async () => { await __callHostTool__("gapi", ["admin", "list"], [{ a: 1 }]) }`);
  assert.deepEqual(told(step), [["gapi.admin.list", [{ a: 1 }]]]);
  const refused = `async () => Promise.all([
    __callHostTool__(1), __callHostTool__("a", "b"), __callHostTool__("a", [1]), __callHostTool__("a", [], {}),
  ].map((call) => call.catch((error) => error.code)))`;
  assert.deepEqual(guests.result(refused), Array(4).fill("invalid_argument"));
});

test("nested runs are calls, from tools and from the context alike", () => {
  const step = guests.run(`async (_, context) => {
    await Promise.all([tools.tasks.execute("child", { a: 1 }), context.tasks.execute("child", 2, { version: "v" })]);
  }`);
  assert.deepEqual(told(step), [
    ["tasks.execute", ["child", { a: 1 }]],
    ["tasks.execute", ["child", 2, { version: "v" }]],
  ]);
});

test("awaiting or printing a tool makes no call", () => {
  const step = guests.run(`async () => {
    await tools; await tools.http; await tools.http.get;
    console.log(tools, tools.http); JSON.stringify({ tools }); String(tools.a.b);
    return \`\${tools.http.get}\`;
  }`);
  assert.equal(step.result, '"[tools.http.get]"');
  assert.deepEqual(withoutKeys(step.calls), []);
});

test("a tool named __proto__ or constructor is a path like any other", () => {
  const step = guests.run(`async () => { await Promise.all([tools.a.__proto__(1), tools.constructor.prototype(2)]) }`);
  assert.deepEqual(told(step), [
    ["a.__proto__", [1]],
    ["constructor.prototype", [2]],
  ]);
});

test("a segment that holds a dot is another path than two segments", () => {
  const step = guests.run(`async () => { await Promise.all([tools["log.info"](1), tools["a.b"].c(2)]) }`);
  assert.deepEqual(
    step.calls.map(({ path }) => path),
    [["log.info"], ["a.b", "c"]],
  );
});

test("a chain is one call with its links, issued when its microtask ends or when it is awaited", () => {
  const { vm, step } = guests.start(`async () => {
    tools.supabase.from("unawaited").delete();
    const plain = tools.http.get(1);
    const query = tools.supabase.from("t").select("*");
    if (input) query.eq("id", 1);
    const { data } = await query;
    await plain;
    let late; try { query.limit(1) } catch (error) { late = error.code }
    return [data, late, query instanceof Promise];
  }`);
  assert.deepEqual(withoutKeys(step.calls), [
    { id: 1, path: ["http", "get"], args: "[1]", links: [] },
    { id: 2, path: ["supabase", "from"], args: '["unawaited"]', links: [{ name: "delete", args: "[]" }] },
    {
      id: 3,
      path: ["supabase", "from"],
      args: '["t"]',
      links: [
        { name: "select", args: '["*"]' },
        { name: "eq", args: '["id",1]' },
      ],
    },
  ]);
  assert.equal(vm.resume([settled(1), settled(3, { data: 7 })], OPTIONS).result, '[7,"invalid_argument",false]');
});

test("what a stem gives can be kept: each use of it is a chain of its own, and by itself it calls nothing", () => {
  const { vm, step } = guests.start(`async () => {
    const db = tools.supabase.schema("x");
    const notes = db.from("notes");
    tools.supabase.from("unused");
    const both = await Promise.all([notes.select("a").eq("id", 1), notes.select("b")]);
    const later = await notes.select("c");
    const other = await db.from("others").select();
    return [...both, later, other];
  }`);
  const of = (calls: typeof step.calls): string[] =>
    calls.map(({ path, args, links }) =>
      [path.join("."), args, ...links.map(({ name, args }) => name + args)].join(" "),
    );
  assert.deepEqual(of(step.calls), [
    'supabase.schema ["x"] from["notes"] select["a"] eq["id",1]',
    'supabase.schema ["x"] from["notes"] select["b"]',
  ]);
  const third = vm.resume([settled(1, 1), settled(2, 2)], OPTIONS);
  assert.deepEqual(of(third.calls), ['supabase.schema ["x"] from["notes"] select["c"]']);
  const fourth = vm.resume([settled(3, 3)], OPTIONS);
  assert.deepEqual(of(fourth.calls), ['supabase.schema ["x"] from["others"] select[]']);
  assert.equal(vm.resume([settled(4, 4)], OPTIONS).result, "[1,2,3,4]");
});

test("a stem that is awaited is a call, for whoever forgot the rest of the chain to hear of it", () => {
  const { step } = guests.start(`async () => tools.supabase.from("t")`);
  assert.deepEqual(withoutKeys(step.calls), [{ id: 1, path: ["supabase", "from"], args: '["t"]', links: [] }]);
});

test("a builder can be awaited twice, followed by then, catch and finally, raced and returned", () => {
  const { vm, step } = guests.start(`async () => {
    const query = tools.supabase.from("t").select();
    const same = await query === await query;
    const then = await tools.supabase.from("t").select().then((value) => value + 1);
    const caught = await tools.supabase.from("t").select().catch(({ code }) => code);
    const last = await tools.supabase.from("t").select().finally(() => 0);
    const race = await Promise.race([tools.supabase.from("t").select(), new Promise(() => {})]);
    return [same, then, caught, last, race, await (async () => tools.supabase.from("t").select())()];
  }`);
  let state = step;
  for (let id = 1; state.state === "suspended"; id++) {
    assert.deepEqual(
      state.calls.map((call) => call.id),
      [id],
    );
    const error = { code: "no", class: "tool", message: "no" } as const;
    state = vm.resume([id === 3 ? { id, ok: false, error } : settled(id, id)], OPTIONS);
  }
  assert.equal(state.result, '[true,3,"no",4,5,6]');
});

test("printing a builder neither changes nor breaks its chain", () => {
  const step = guests.start(`async () => {
    const query = tools.supabase.from("t").select();
    console.log(\`\${query} \${query.limit(1) + ""}\`, query);
    JSON.stringify({ query });
    await query;
  }`).step;
  assert.deepEqual(
    step.calls[0]?.links.map(({ name }) => name),
    ["select", "limit"],
  );
  assert.match(step.logs[0]?.text ?? "", /^\[tools\.supabase\.from\] \[tools\.supabase\.from\]/);
});

test("a chain that cannot be written rejects and is never issued", () => {
  const step = guests.run(`async () => {
    const first = await tools.supabase.from(() => 1).select().catch((error) => error.message);
    const link = await tools.supabase.from("t").eq("id", 1n).limit(1).catch((error) => error.code);
    const later = await tools.supabase.from("t").select().eq("id", 1n).limit(1).catch((error) => error.code);
    return [first, link, later];
  }`);
  assert.equal(step.result, '["args[0] is a function, which JSON cannot hold","not_serializable","not_serializable"]');
  assert.deepEqual(withoutKeys(step.calls), []);
});

test("what the host settles arrives in its order, as one batch", () => {
  const { vm } = guests.start(`async () => {
    const order = [];
    await Promise.all([1, 2, 3].map((n) => tools.a.b(n).then((value) => order.push(value), (error) => order.push(error.code))));
    return order;
  }`);
  const error = { code: "quota", class: "tool", message: "later" } as const;
  const step = vm.resume([settled(3, "c"), { id: 1, ok: false, error }, settled(2, "b")], OPTIONS);
  assert.equal(step.result, '["c","quota","b"]');
});

test("a settlement for a call that is not waiting is passed over", () => {
  const { vm } = guests.start("async () => [await tools.a.b(), await tools.a.c()]");
  assert.equal(vm.resume([settled(9), settled(1, 1), settled(1, 2)], OPTIONS).state, "suspended");
  assert.equal(vm.resume([settled(1, 3), settled(2, 4)], OPTIONS).result, "[1,4]");
});

test("a rejection names code, class, message and the author's line that made the call", () => {
  const { vm } = guests.start(`async () => {
    try { await tools.a.b() } catch (error) {
      return [error instanceof Error, error.name, error.code, error.class, error.message, error.stack.includes("bundle.js:2:")];
    }
  }`);
  const error = { code: "not_found", class: "tool", message: "no\0 \ud800 such" } as const;
  const step = vm.resume([{ id: 1, ok: false, error }], OPTIONS);
  assert.equal(step.result, JSON.stringify([true, "ToolError", "not_found", "tool", "no\ufffd \ufffd such", true]));
});

test("setTimeout below a millisecond stays in the VM, after the microtasks and in order", () => {
  const step = guests.run(`async () => {
    const order = [];
    setTimeout((a, b) => order.push(a + b), 0, "t", 1);
    setTimeout(() => order.push("t2"), NaN); setTimeout(() => order.push("t3"), -5); setTimeout(() => order.push("t4"));
    clearTimeout(setTimeout(() => order.push("never"), 0));
    await null; order.push("m");
    await new Promise((resolve) => setTimeout(resolve, 0.5));
    return order;
  }`);
  assert.equal(step.result, '["m","t1","t2","t3","t4"]');
  assert.deepEqual(withoutKeys(step.calls), []);
});

test("a longer setTimeout is a call, and clearing it tells the host", () => {
  const { vm, step } = guests.start(`async () => {
    const gone = setTimeout(() => console.log("never"), 1000);
    clearTimeout(gone); clearTimeout(gone); clearTimeout("x"); clearTimeout();
    return new Promise((resolve) => setTimeout(resolve, 86400000, "done"));
  }`);
  assert.deepEqual(told(step), [
    ["setTimeout", [1000]],
    ["setTimeout", [86400000]],
  ]);
  assert.deepEqual(step.cleared, [1]);
  const last = vm.resume([settled(1), settled(2)], OPTIONS);
  assert.deepEqual([last.result, last.logs], ['"done"', []]);
});

test("a timer that throws is logged and fails nothing", () => {
  const step = guests.run(
    `async () => { setTimeout(() => { throw new Error("boom") }, 0); await new Promise((r) => setTimeout(r, 0)); return 1 }`,
  );
  assert.equal(step.result, "1");
  assert.match(step.logs[0]!.text, /^Uncaught in a timer: Error: boom/);
});

test("tools.log and the console go into the log and settle in the VM", () => {
  const step = guests.run(`async () => {
    await tools.log("a", { b: 1 }); await tools.log.info("i"); await tools.log.warn("w"); await tools.log.error("e"); await tools.log.debug("d");
    console.log("l"); console.warn("cw"); console.error(new TypeError("t")); console.debug(undefined, null, 1n, Symbol("s"));
  }`);
  assert.deepEqual(withoutKeys(step.calls), []);
  assert.deepEqual(
    step.logs.map(({ level, text }) => [level, text.split("\n")[0]]),
    [
      ["info", "a { b: 1 }"],
      ["info", "i"],
      ["warn", "w"],
      ["error", "e"],
      ["debug", "d"],
      ["info", "l"],
      ["warn", "cw"],
      ["error", "TypeError: t"],
      ["debug", "undefined null 1n Symbol(s)"],
    ],
  );
  assert.equal(step.logs[0]!.at, OPTIONS.now);
});

test("printing a hostile value runs none of its getters and never throws", () => {
  const step = guests.run(`async () => {
    const cyclic = {}; cyclic.self = cyclic;
    const proxy = new Proxy({}, { ownKeys() { throw null }, getPrototypeOf() { throw null }, get() { throw null } });
    const { proxy: revoked, revoke } = Proxy.revocable({}, {}); revoke();
    const error = new Error("x"); Object.defineProperty(error, "message", { get() { throw 1 } });
    console.log({ get a() { throw new Error("read") } }, { toJSON() { throw 1 }, toString() { throw 1 } });
    console.log(cyclic); console.log(proxy); console.log(revoked); console.log(error);
    console.log(Array(1e9)); console.log(new Uint8Array(1e6)); console.log("x".repeat(1e6).length);
    return 1;
  }`);
  assert.equal(step.result, "1");
  assert.equal(step.logs.length, 8);
  assert.match(step.logs[0]!.text, /^\{ a: \[Getter\] \} \{ toJSON: \[Function: toJSON\]/);
});

test("an unhandled rejection is logged and fails nothing; a handled one is not logged", () => {
  const { vm, step } = guests.start(`async () => {
    (async () => { await null; throw new TypeError("async") })();
    Promise.reject(new Error("plain"));
    const later = Promise.reject(1); await null; later.catch(() => {});
    tools.a.b();
    await tools.c.d();
    return 1;
  }`);
  assert.deepEqual(
    step.logs.map(({ level, text }) => [level, text.split("\n")[0]]),
    [
      ["error", "Unhandled rejection: Error: plain"],
      ["error", "Unhandled rejection: TypeError: async"],
    ],
  );
  const error = { code: "quota", class: "tool", message: "full" } as const;
  const last = vm.resume([{ id: 1, ok: false, error }, settled(2)], OPTIONS);
  assert.equal(last.result, "1");
  assert.match(last.logs[0]!.text, /Unhandled rejection: ToolError: full/);
});

test("sleep takes 0 to ten years or a text, and refuses the rest at once", () => {
  const year = 365 * 24 * 3600 * 1000;
  const step = guests.run(`async () => {
    const codes = [];
    for (const bad of [NaN, -1, Infinity, ${10 * year} + 1, undefined, null, {}, 1n]) {
      await tools.sleep(bad).catch((error) => codes.push(error.code + " " + error.class));
    }
    console.log(...new Set(codes), codes.length);
    await Promise.all([tools.sleep(${10 * year}), tools.sleep("5 minutes"), tools.sleep(0)]);
  }`);
  assert.equal(step.logs[0]!.text, "invalid_argument guest 8");
  assert.deepEqual(told(step), [
    ["sleep", [10 * year]],
    ["sleep", ["5 minutes"]],
    ["sleep", [0]],
  ]);
});

test("an answer is bounded in bytes; what does not fit comes with the next, the end last", () => {
  const task = `async () => { for (let i = 0; i < 50; i++) tools.a.b("x".repeat(1000)); console.log("l"); setTimeout(() => {}, 5); return "end" }`;
  const options = { ...OPTIONS, answerBytes: 10_000 };
  const { vm, step } = guests.start(task, options);
  const steps = [step];
  while (steps.at(-1)!.more) {
    assert.equal(steps.at(-1)!.state, "suspended");
    steps.push(vm.resume([], options));
  }
  assert.deepEqual(
    steps.flatMap((each) => each.calls.map(({ id }) => id)),
    Array.from({ length: 51 }, (_, i) => i + 1),
  );
  assert.ok(steps.every((each) => each.calls.reduce((sum, call) => sum + call.args.length, 0) <= 10_000));
  assert.equal(steps.at(-1)!.result, '"end"');
  const tight = { ...OPTIONS, answerBytes: 1 };
  assert.equal(guests.run(task, tight).calls.length, 1, "one always comes");
  assert.deepEqual(guests.run(startOf(task), options).digest, step.digest);
});

test("with no room for an answer the guest goes on, and all that it issues stays in the VM", () => {
  const none = { ...OPTIONS, answerBytes: 0 };
  const { vm, step } = guests.start(`async () => (await tools.a.b(1)) + (await tools.a.b(2))`, OPTIONS);
  assert.equal(step.calls.length, 1);
  const held = vm.resume([{ id: 1, ok: true, result: "3" }], none);
  assert.deepEqual([held.state, held.calls, held.more], ["suspended", [], true]);
  const told = vm.resume([], OPTIONS);
  assert.deepEqual([told.calls.map(({ id }) => id), told.more], [[2], false]);
  assert.equal(vm.resume([{ id: 2, ok: true, result: "4" }], none).result, "7");
});

test("an ending says what has not settled: how many calls, and the first ten with their frames", () => {
  const left = guests.run(`async () => {
    for (let i = 0; i < 12; i++) tools.http.fetch("https://a.example/" + i);
    const cleared = setTimeout(() => 1, 1000);
    clearTimeout(cleared);
    return "done";
  }`);
  assert.deepEqual([left.state, left.result], ["completed", '"done"']);
  assert.equal(left.unsettled?.count, 12);
  assert.deepEqual(
    left.unsettled.calls.map(({ id, path }) => [id, path.join(".")]),
    Array.from({ length: 10 }, (_, i) => [i + 1, "http.fetch"]),
  );
  assert.match(left.unsettled.calls[0]!.stack, /bundle\.js:\d+:\d+/);
  const thrown = guests.run(`async () => { tools.sleep(5); throw new Error("x"); }`);
  assert.deepEqual([thrown.failure?.message, thrown.unsettled?.count], ["x", 1]);
  assert.equal(guests.run("async () => 1").unsettled, undefined);
});

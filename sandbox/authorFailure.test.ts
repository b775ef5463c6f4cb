import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";
import { authorFailure } from "./authorFailure.ts";
import { namedCallee } from "./namedCallee.ts";
import { createGuests, OPTIONS, settled, startOf } from "./testGuest.ts";
import type { VmStart } from "./types.ts";

const guests = await createGuests();

/** A task as publishing bundles it, with its source map. */
async function bundled(body: string): Promise<{ start: VmStart; map: string }> {
  const files = await build({
    stdin: {
      contents: `import { two } from "./lib.ts";\nexport default async () => {\n${body}\n}`,
      sourcefile: "main.ts",
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "cjs",
    sourcemap: "external",
    outfile: "x.js",
    footer: { js: "module.exports = { task: module.exports.default, modules: {} };" },
    plugins: [
      {
        name: "lib",
        setup(b) {
          b.onResolve({ filter: /lib/ }, () => ({ path: "lib.ts", namespace: "f" }));
          b.onLoad({ filter: /./, namespace: "f" }, () => ({
            contents: "module.exports = { two: 2 }; globalThis.x = 1;",
          }));
        },
      },
    ],
  });
  const text = (end: string): string => files.outputFiles.find(({ path }) => path.endsWith(end))!.text;
  return { start: { ...startOf(""), bundle: text(".js") }, map: text(".map") };
}

async function failureOf(body: string): Promise<string> {
  const { start, map } = await bundled(body);
  const { failure } = guests.run(start);
  return authorFailure(failure!, map).message;
}

const NAMED: Record<string, string> = {
  "const x: any = {}; x.y(1)": "TypeError: x.y is not a function",
  "const x: any = { y: {} }; return 1 + x.y?.z(2)": "TypeError: x.y?.z is not a function",
  "const x: any = { y: {} };\nx\n  .y\n  .z(2)": "TypeError: not a function",
  "const f: any = 3; f()": "TypeError: f is not a function",
  "const f: any = 3; f?.(1)": "TypeError: f is not a function",
  "const f: any = 3; new f(1)": "TypeError: f is not a constructor",
  "const f: any = {}; f.g((f as any).h())": "TypeError: not a function",
  "const f: any = {}; f.g(f.h())": "TypeError: f.h is not a function",
  "two()": "TypeError: two is not a function",
  "const f: any = () => 1; f()()": "TypeError: not a function",
  "const f: any = {}; f['a secret text']()": "TypeError: not a function",
  "const f: any = {}; f`x`": "TypeError: not a function",
  "const two_: any = { if: 1 }; two_.if()": "TypeError: two_.if is not a function",
  "const f: any = 3; for (const q of f) {}": "TypeError: f is not iterable",
  "const f: any = {}; Math.max(...f.a.b)": "TypeError: cannot read property 'b' of undefined: f.a is undefined",
  "const f: any = { a: 1 }; Math.max(...f.a)": "TypeError: f.a is not iterable",
  "const f: any = {}; f.a.b = 1": "TypeError: cannot set property 'b' of undefined: f.a is undefined",
  "const f: any = {}; return f.a['b']": "TypeError: cannot read property of undefined: f.a is undefined",
  "const f: any = 3; const [a] = f; return a": "TypeError: value is not iterable",
  "[1].map(undefined as any)": "TypeError: not a function",
  "new Promise(undefined as any)": "TypeError: not a function",
  "throw new TypeError('not a function')": "TypeError: not a function",
  "const m = 'not a function'; throw new TypeError(m)": "TypeError: not a function",
  "throw new Error('mine')": "mine",
  "const m = 'not a function'; throw new Error(m)": "not a function",
};
for (const [body, message] of Object.entries(NAMED)) {
  test(`${JSON.stringify(body)} fails with: ${message}`, async () => {
    assert.equal(await failureOf(body), message);
  });
}

test("the stack's first line says the same, and the guest sees its own message", async () => {
  const { start, map } = await bundled(
    "const x: any = {};\ntry { x.y() } catch (e: any) { console.log(e.message); throw e }",
  );
  const { failure, logs } = guests.run(start);
  assert.equal(logs[0]?.text, "not a function");
  assert.match(
    authorFailure(failure!, map).stack ?? "",
    /^TypeError: x\.y is not a function\n {4}at \S+ \(main\.ts:4:9\)/,
  );
});

const OWN = "TypeError: not a function";
test("a name longer than 60 characters is left out, and no place outside of the text throws", () => {
  const point = (name: string) => ({ text: `${name}()`, at: 0, offset: name.length });
  assert.equal(namedCallee(OWN, point("x".repeat(60))), `TypeError: ${"x".repeat(60)} is not a function`);
  assert.equal(namedCallee(OWN, point("x".repeat(61))), OWN);
  for (const at of [-5, 0, 1, 1e9]) assert.equal(namedCallee(OWN, { text: "", at, offset: 3 }), OWN);
});

test("a bad source map leaves the failure as it is", async () => {
  const { start } = await bundled("(null as any).x()");
  const { failure } = guests.run(start);
  const shift = { version: 3, sources: ["a"], sourcesContent: ["x"], names: [], mappings: "AAAA,A////D;".repeat(50) };
  for (const map of ["", "nonsense", "{}", "[]", "null", JSON.stringify(shift)]) {
    assert.equal(authorFailure(failure!, map).message, failure!.message);
  }
});

test("a deadlock names where its last three calls were made, the newest first", async () => {
  const { start, map } = await bundled(
    "await tools.a.b();\nawait tools.a.b();\nfor (let i = 0; i < 3; i++)\n  await tools.a.b();\nawait tools.a.c();\nawait new Promise(() => {});",
  );
  const { vm } = guests.start(start);
  let id = 1;
  while (id < 6) assert.equal(vm.resume([settled(id++)], OPTIONS).state, "suspended");
  const { failure } = vm.resume([settled(id)], OPTIONS);
  assert.equal(failure?.code, "deadlock");
  assert.match(
    authorFailure(failure, map).message,
    /its last calls were made at main\.ts:7:\d+, main\.ts:6:\d+, main\.ts:4:\d+$/,
  );
});

test("a deadlock of a task that made no call says so", async () => {
  assert.match(await failureOf("await new Promise(() => {})"), /; it made no call$/);
});

const STOPPED: Record<string, [body: string, place: RegExp]> = {
  "a loop without calls: its function": [
    "await null;\nconst f = () => {\n  for (;;) {}\n};\nf();",
    /at main\.ts:4:\d+$/,
  ],
  "a loop with a call": ["const f = () => 1;\nfor (;;)\n  f();", /at main\.ts:(2|3|5):\d+$/],
  "a loop that awaits null": ["const f = async () => {\n  for (;;) await null;\n};\nawait f();", /at main\.ts:3:\d+$/],
  "a loop that awaits an async function": [
    "const f = async () => {};\nfor (;;)\n  await f();",
    /at main\.ts:(2|3|5):\d+$|is not known$/,
  ],
  "a loop in a native function's callback": ["[1].forEach(() => {\n  for (;;) {}\n});", /at main\.ts:3:\d+$/],
  "a native function": ["await null;\n/^(a+)+$/.exec('a'.repeat(64) + 'b');", /at main\.ts:4:\d+$/],
  "work that nobody awaits": ["(async () => {\n  for (;;) await null;\n})();", /at main\.ts:3:\d+$/],
  "a timer": ["setTimeout(() => {\n  for (;;) {}\n}, 0);\nawait new Promise(() => {});", /at main\.ts:3:\d+$/],
  "a result's toJSON": ["return {\n  toJSON() {\n    for (;;) {}\n  } };", /at main\.ts:4:\d+$/],
};
for (const [name, [body, place]] of Object.entries(STOPPED)) {
  test(`cpu_limit names the line of ${name}`, async () => {
    const { start, map } = await bundled(body);
    const { failure } = guests.run(start, { cpuMs: 50 });
    assert.equal(failure?.code, "cpu_limit");
    assert.match(authorFailure(failure, map).message, place);
  });
}

test("cpu_limit says so when the line is not known", async () => {
  const { start, map } = await bundled("const f = () => setTimeout(f, 0);\nf();\nawait new Promise(() => {});");
  const { failure } = guests.run(start, { cpuMs: 50 });
  assert.match(authorFailure(failure!, map).message, /; where it was stopped is not known$/);
});

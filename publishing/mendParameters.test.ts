/** What the mended parameters do is compared with Node in test/language/conformance.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { buildAll, buildOne, withFolder } from "./testFolder.ts";

const task = (code: string): string => `/** @task t */\nexport default async () => 1;\n${code}\n`;

/** Exports keep the bundler from dropping the code as unused. */
async function refusals(code: string): Promise<string[]> {
  const { problems } = await withFolder({ "t.js": task(`export ${code}`) }, buildAll);
  return problems.map(({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`);
}

const REFUSED: readonly (readonly [name: string, code: string, place: string, reason: RegExp])[] = [
  [
    "a generator whose parameters are more than names and closures",
    "function* f(a, { g = () => a } = {}) { a = 2; yield g(); }",
    "t.js:3:20",
    /a generator evaluates its parameters before its body/,
  ],
  [
    "an async generator whose default is computed",
    "async function* f(a, b = Date.now(), g = () => a) { a = 2; yield g(); }",
    "t.js:3:26",
    /a generator evaluates its parameters before its body/,
  ],
  [
    // Without the evals the bundler gives the inner name another one.
    "a body that declares a name that a default uses from outside",
    "function o(h) {\n  eval('h');\n  return (a, g = () => h + a) => { const h = 2; a = eval('h'); return g(); };\n}",
    "t.js:5:11",
    /declares a name that a default uses from outside/,
  ],
  [
    "a body with a var of a parameter's name beside an assigned parameter",
    "function f(a, b, g = () => a + b) { var b = 3; a = b; return g(); }",
    "t.js:3:19",
    /declares a variable under a parameter's name/,
  ],
];

for (const [name, code, place, reason] of REFUSED) {
  test(`a parameter of which the engine would keep two values is refused where it cannot be mended: ${name}`, async () => {
    const [problem = "", ...more] = await refusals(code);
    assert.deepEqual(more, []);
    assert(problem.startsWith(`${place} parameter_assigned The parameter "a" is assigned`), problem);
    assert.match(problem, reason);
    assert.match(problem, /Assign to a new variable of another name instead\.$/);
  });
}

const ACCEPTED: readonly (readonly [name: string, code: string])[] = [
  ["a generator whose captured parameter is never assigned", "function* f(a, { g = () => a } = {}) { yield g(); }"],
  [
    "a generator whose assigned parameter is not captured",
    "function* f(a, { g = () => 1 } = {}) { a = 2; yield g(a); }",
  ],
  [
    "an assigned variable that shadows the parameter",
    "function* f(a, { g = () => a } = {}) { { let a = 1; a = 2; } yield g(); }",
  ],
  ["a closure with a parameter of the same name", "function* f(a, { g = (a) => a } = {}) { a = 2; yield g(a); }"],
  ["a default that only reads the parameter", "function* f(a, { b = a } = {}) { a = 2; yield b; }"],
  ["a var of a parameter's name", "function f(a, g = () => a) { var a = 3; return [a, g()]; }"],
  [
    "a closure over a name of the module that the body assigns",
    "let n = 0;\nexport function* f({ g = () => n } = {}) { n = 2; yield g(); }",
  ],
];

for (const [name, code] of ACCEPTED) {
  test(`code that the engine runs rightly is neither refused nor changed: ${name}`, async () => {
    assert.deepEqual(await refusals(code), []);
    const { bundle } = await buildOne({ "t.js": task(`export ${code}`) });
    assert.doesNotMatch(bundle, /__p/);
  });
}

test("a package's parameter that cannot be mended is refused with the package's file", async () => {
  const { problems } = await withFolder(
    {
      "t.js": '/** @task t */ import p from "p"; export default async () => p;',
      "node_modules/p/index.js": "\nmodule.exports = function* (a, [g = () => a]) { a = 2; yield g(); };",
    },
    buildAll,
  );
  assert.deepEqual(
    problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`),
    ["node_modules/p/index.js:2:29 parameter_assigned"],
  );
});

test("positions in a moved parameter list and after it are still the author's", async () => {
  const text = "export const f = (a, g = () => fail(a)) => { a = 2; return other(g); };";
  const { bundle, sourceMap } = await buildOne({ "t.js": task(text) });
  assert.match(bundle, /let \{ ?0: g = /);
  for (const name of ["fail(a)", "other(g)"]) {
    const lines = bundle.split("\n");
    const line = lines.findIndex((each) => each.includes(name));
    const found = originalPositionFor(new TraceMap(sourceMap), { line: line + 1, column: lines[line]!.indexOf(name) });
    assert.deepEqual([found.source, found.line, found.column], ["tasks/t.js", 3, text.indexOf(name)]);
  }
});

test("a name that the code uses already is not taken", async () => {
  const { bundle } = await buildOne({
    "t.js": task("export const __p1 = 5;\nexport const f = (a, g = () => a + __p1) => { a = 2; return g(); };"),
  });
  assert.match(bundle, /__p_1 = void 0/);
});

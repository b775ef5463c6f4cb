import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createSandbox } from "./sandbox.ts";
import { OPTIONS, startOf } from "./testGuest.ts";

const sandbox = await createSandbox({ threads: 1, cacheVms: 10 });
after(() => sandbox.close());

/** What ends for another reason has to get there first, under any load. */
const cpuMs = (code: string): number => (code === "cpu_limit" ? 300 : OPTIONS.cpuMs);
const LONG = "'a'.repeat(2 ** 22)";

/** Programs by what they must end as. Each is a function body of an async task. */
const PROGRAMS: Record<string, Record<string, string>> = {
  cpu_limit: {
    "an endless loop": "for (;;) {}",
    "an endless loop of jobs": "for (;;) await null",
    "an endless loop that catches its interrupt": "for (;;) { try { for (;;) {} } catch {} }",
    "jobs that catch their interrupts":
      "const f = async () => { try { for (;;) {} } catch {} finally { await null; f() } }; await Promise.all([f(), f()])",
    "an endless chain of zero timers": "const f = () => setTimeout(f, 0); f(); await new Promise(() => {})",
    "a thenable that resolves to itself": "const t = { then(r) { r(t) } }; await t",
    "an array-like without end": "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
    "a search from the end": "Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)",
    "a reversal without end": "Array.prototype.reverse.call({ length: 2 ** 53 - 1 })",
    "a sparse sort": "const a = []; a.length = 2 ** 32 - 1; a.sort()",
    "a string search": `${LONG}.indexOf('a'.repeat(2 ** 21) + 'b')`,
    "a replacement": "'a'.replaceAll('a', () => { for (;;) {} })",
    "a catastrophic expression": "/^(a+)+$/.exec('a'.repeat(64) + 'b')",
    "a sticky expression": "/(?:a|a)*c/.test('a'.repeat(2 ** 18))",
    "a great power": "let n = 3n; for (;;) n = n ** 2n % (2n ** 100000n)",
    "a great product": "let n = 7n ** 100000n; for (;;) { (n * n) % 13n }",
    "parsing without end": `for (;;) JSON.parse('[' + '1,'.repeat(1e5) + '1]')`,
    "a proxy's endless keys": "JSON.stringify(new Proxy({}, { ownKeys() { for (;;) {} } }))",
    "a toJSON without end": "return { toJSON() { for (;;) {} } }",
    "a getter without end on what is thrown": "throw { get message() { for (;;) {} } }",
    "a getter without end on what is printed": "console.log(new Proxy({}, { ownKeys() { for (;;) {} } }))",
    "work after the end": "(async () => { for (;;) await null })(); return 1",
  },
  memory_limit: {
    "a growing array": "const a = []; for (;;) a.push({ a: [1, 2, 3] })",
    "a growing string": "let s = 'ab'; for (;;) s = (s + s).split('').reverse().join('')",
    "a large buffer": "new ArrayBuffer(1e9)",
    "a large buffer, caught": "try { new ArrayBuffer(1e9) } catch {} return 1",
    "many buffers": "const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))",
    "a filled array": "new Array(1e8).fill(0)",
    "a growing map": "const m = new Map(); for (let i = 0; ; i++) m.set(i, String(i))",
    "a hog that catches everything":
      "const a = []; for (;;) { try { for (;;) a.push(new Array(1000).fill(0)) } catch {} }",
    "pending promises without end": "const a = []; for (;;) a.push(new Promise(() => {}), async () => {})",
    "jobs without end": "for (;;) Promise.resolve().then(() => {})",
  },
  guest_error: {
    "a deep recursion": "const f = () => f() + 1; f()",
    "a deep recursion through natives": "const f = () => [1].map(f); f()",
    "a deep recursion through a proxy": "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x",
    "a deep recursion through JSON": "const f = { toJSON() { return JSON.stringify(f) } }; JSON.stringify(f)",
    "deep source text": "eval('['.repeat(1e6))",
    "a deep expression": "new RegExp('('.repeat(1e6))",
    "deep JSON text": "JSON.parse('['.repeat(1e6))",
  },
  not_serializable: {
    "a deep result": "let a = 1; for (let i = 0; i < 2e5; i++) a = [a]; return a",
    "an endless result": "const make = () => ({ get next() { return make() } }); return make()",
  },
};

for (const [code, programs] of Object.entries(PROGRAMS)) {
  for (const [name, program] of Object.entries(programs)) {
    test(`${name} ends as ${code}, and the next run is served`, async () => {
      const step = await sandbox.start("hostile", startOf(`async () => { console.log("before"); ${program} }`), {
        ...OPTIONS,
        cpuMs: cpuMs(code),
      });
      assert.deepEqual([step.state, step.failure?.code], ["failed", code], JSON.stringify(step).slice(0, 500));
      assert.ok(step.cpuMs < cpuMs(code) + 1000);
      assert.equal(sandbox.has("hostile"), false);
      const next = await sandbox.start("normal", startOf("async () => { await null; return 42 }"), OPTIONS);
      assert.equal(next.result, "42");
    });
  }
}

test("a guest catches its stack overflow and goes on", async () => {
  const task =
    "() => { let depth = 0; const f = () => { depth++; f() }; try { f() } catch (e) { return [e.message, depth > 100] } }";
  assert.equal((await sandbox.start("deep", startOf(task), OPTIONS)).result, '["stack overflow",true]');
});

test("the log keeps what came before an endless loop, if it stopped at an interrupt", async () => {
  const step = await sandbox.start("last words", startOf("() => { console.log('here'); for (;;) {} }"), {
    ...OPTIONS,
    cpuMs: 300,
  });
  assert.deepEqual(
    step.logs.map(({ text }) => text),
    ["here"],
  );
});

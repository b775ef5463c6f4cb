import assert from "node:assert/strict";
import { test } from "node:test";
import { createGuests, startOf } from "./testGuest.ts";

const guests = await createGuests();

const GLOBALS = [
  "AggregateError",
  "Array",
  "ArrayBuffer",
  "BigInt",
  "BigInt64Array",
  "BigUint64Array",
  "Boolean",
  "DataView",
  "Date",
  "Error",
  "EvalError",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "Function",
  "Infinity",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "Iterator",
  "JSON",
  "Map",
  "Math",
  "NaN",
  "Number",
  "Object",
  "Promise",
  "Proxy",
  "RangeError",
  "ReferenceError",
  "Reflect",
  "RegExp",
  "Set",
  "String",
  "Symbol",
  "SyntaxError",
  "Symbol(Symbol.toStringTag)",
  "TextDecoder",
  "TextEncoder",
  "TypeError",
  "URIError",
  "URL",
  "URLSearchParams",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "WeakMap",
  "WeakSet",
  "__callHostTool__",
  "AsyncDisposableStack",
  "DOMException",
  "DisposableStack",
  "SuppressedError",
  "queueMicrotask",
  "atob",
  "btoa",
  "clearTimeout",
  "console",
  "context",
  "crypto",
  "decodeURI",
  "decodeURIComponent",
  "encodeURI",
  "encodeURIComponent",
  "escape",
  "eval",
  "globalThis",
  "input",
  "isFinite",
  "isNaN",
  "parseFloat",
  "parseInt",
  "setTimeout",
  "structuredClone",
  "tools",
  "undefined",
  "unescape",
];

test("the guest sees exactly this global scope", () => {
  const names = guests.result("() => Reflect.ownKeys(globalThis).map(String)") as string[];
  assert.deepEqual(names.sort(), GLOBALS.sort());
});

test("a bundle's scope holds module, exports and require, and no more", () => {
  const task = `() => [typeof module, typeof exports, typeof require, typeof process, typeof Buffer, typeof fetch, typeof prelude]`;
  assert.deepEqual(guests.result(task), ["object", "object", "function", ...Array<string>(4).fill("undefined")]);
});

test("the context says which run this is and cannot be changed", () => {
  const task = `(input, context) => ({
    keys: Object.keys(context), id: context.taskRunId, name: context.taskName, version: context.taskVersion,
    same: context === globalThis.context && input === globalThis.input,
    frozen: Object.isFrozen(context) && Object.isFrozen(context.tasks),
  })`;
  assert.deepEqual(guests.result(startOf(task, { input: '{"a":1}' })), {
    keys: ["tools", "tasks", "taskRunId", "taskName", "taskVersion"],
    id: "run-1",
    name: "test",
    version: "1",
    same: true,
    frozen: true,
  });
});

test("crypto holds randomUUID and no more", () => {
  assert.deepEqual(guests.result("() => [Object.keys(crypto), crypto.randomUUID().length]"), [["randomUUID"], 36]);
});

test("the web's small helpers work", () => {
  const task = `() => {
    const url = new URL("../b?x=1&y=2#h", "https://user@example.com:8080/a/c/");
    const bytes = new TextEncoder().encode("aé€😀\\ud800");
    const into = new TextEncoder().encodeInto("é€", new Uint8Array(4));
    const stream = new TextDecoder();
    const date = new Date(0);
    const map = new Map([[1, { date }]]);
    const clone = structuredClone(map);
    let refused; try { structuredClone(() => 1) } catch (e) { refused = e.name }
    let fatal; try { new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xc0, 0x80)) } catch (e) { fatal = e.name }
    return {
      href: url.href, y: url.searchParams.get("y"), params: String(new URLSearchParams({ a: "1 2" })),
      bytes: Array.from(bytes), text: new TextDecoder().decode(bytes), into,
      bad: new TextDecoder().decode(Uint8Array.of(0x61, 0xe2, 0x82, 0x62, 0xff)),
      bom: new TextDecoder().decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)),
      streamed: stream.decode(Uint8Array.of(0xe2, 0x82), { stream: true }) + stream.decode(Uint8Array.of(0xac)),
      clone: clone.get(1).date.getTime() === 0 && clone.get(1) !== map.get(1), refused, fatal,
      base64: [btoa("hello"), atob("aGVsbG8=")],
    };
  }`;
  assert.deepEqual(guests.result(task), {
    href: "https://user@example.com:8080/a/b?x=1&y=2#h",
    y: "2",
    params: "a=1+2",
    bytes: [97, 195, 169, 226, 130, 172, 240, 159, 152, 128, 239, 191, 189],
    text: "aé€😀\ufffd",
    into: { read: 1, written: 2 },
    bad: "a\ufffdb\ufffd",
    bom: "a",
    streamed: "€",
    clone: true,
    refused: "DataCloneError",
    fatal: "TypeError",
    base64: ["aGVsbG8=", "hello"],
  });
});

test("an escape by way of a constructor finds the guest's own global scope", () => {
  const task = `async () => {
    const AsyncFunction = (async () => {}).constructor;
    return [
      tools.a.b.constructor === undefined || typeof tools.a.b.constructor,
      new Function("return typeof process")(), await new AsyncFunction("return typeof require")(),
      (0, eval)("typeof module"), setTimeout.constructor("return this")() === globalThis,
    ];
  }`;
  assert.deepEqual(guests.result(task), ["function", "undefined", "undefined", "undefined", true]);
});

test("an Iterator.concat that is left early ends, whatever it joins", () => {
  const task = `() => {
    const c = Iterator.concat([1, 2], new Set([3])); c.next();
    return [c.return(), c.next(), Iterator.concat([1], [2]).map((x) => x).take(1).toArray()];
  }`;
  assert.deepEqual(guests.result(task), [{ done: true }, { done: true }, [1]]);
});

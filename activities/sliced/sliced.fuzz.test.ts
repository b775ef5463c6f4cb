import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../protocol/json.ts";
import { fc, fuzz, oddJson, oddText } from "../../test/support/fuzz.ts";
import { ticksDuring } from "../../test/support/ticks.ts";
import { depthOf } from "./jsonText.ts";
import { parseJson } from "./parseJson.ts";
import { stringifyJson } from "./stringifyJson.ts";

/** Small pieces let small texts be read in many. */
const piece = fc.integer({ min: 1, max: 30 });
const json = oddJson(['"', "\\", "[1,", "}"]);

test("a text is parsed in slices as JSON.parse does it", async (t) => {
  await fuzz(t, 3000, fc.tuple(json, piece, fc.constantFrom("", " ", "\t")), async ([value, size, space]) => {
    const text = `${space}${JSON.stringify(value, null, space)}\r\n`;
    assert.deepEqual(await parseJson(text, size), JSON.parse(text));
    assert.deepEqual(JSON.stringify(await parseJson(text, size)), JSON.stringify(JSON.parse(text)));
  });
});

test("a text that JSON.parse refuses is refused in slices, and no other", async (t) => {
  const signs = oddText([",", "]", "}", "[", "{", '"', ":", "\\", "1", "null", ",,", "[]"], 2);
  await fuzz(
    t,
    6000,
    fc.tuple(json, piece, fc.nat(1000), fc.nat(1), signs),
    async ([value, size, where, cut, what]) => {
      const text = JSON.stringify(value);
      const at = where % (text.length + 1);
      const damaged = text.slice(0, at) + what + text.slice(at + cut);
      const sliced = await parseJson(damaged, size).then(JSON.stringify, () => "refused");
      assert.equal(sliced, outcome(damaged));
    },
  );
});

function outcome(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return "refused";
  }
}

test("a value is written in slices as JSON.stringify does it", async (t) => {
  await fuzz(t, 3000, fc.tuple(json, piece), async ([value, size]) => {
    const mixed = { value, at: new Date(0), absent: undefined, list: [undefined, () => 1, NaN, new String("s")] };
    assert.equal(await stringifyJson(mixed, size), JSON.stringify(mixed));
    assert.equal(await stringifyJson(value, size), JSON.stringify(value));
  });
});

test("the depth of a text is that of its value", async (t) => {
  await fuzz(t, 1000, json, async (value) => assert.equal(await depthOf(JSON.stringify(value)), depth(value)));
});

function depth(value: Json): number {
  return typeof value !== "object" || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depth));
}

test("while 10 MiB are parsed, written and measured, the event loop turns", async () => {
  const text = `[${"[],".repeat(3_000_000)}[]]`;
  let value: Json = null;
  const parsing = await ticksDuring(async () => (value = await parseJson(text)));
  const writing = await ticksDuring(() => stringifyJson(value));
  const reading = await ticksDuring(() => depthOf(text));
  assert(parsing > 5 && writing > 5 && reading > 2, `${parsing}, ${writing} and ${reading} turns`);
});

test("large parts that are nested deeper than a value may be are refused, however deep", async () => {
  for (const depth of [300, 100_000]) {
    const text = `${"[".repeat(depth)}"${"x".repeat(70_000)}"${"]".repeat(depth)}`;
    await assert.rejects(parseJson(text), /nested too deeply/);
  }
});

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { findJsonProblem } from "../protocol/jsonProblem.ts";
import { LIMITS } from "../protocol/limits.ts";
import { parseInput, readInput } from "./readInput.ts";

async function* stream(...chunks: string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

describe("the input of a run", () => {
  it("is an empty object when none is given", async () => {
    assert.deepEqual(await readInput(undefined, stream()), {});
  });

  it("comes from the command line, a file or standard input", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "tasker-input-"));
    try {
      const file = path.join(folder, "input.json");
      await writeFile(file, '\uFEFF{"from":"file"}');
      assert.deepEqual(await readInput('{"from":"line"}', stream()), { from: "line" });
      assert.deepEqual(await readInput(`@${file}`, stream()), { from: "file" });
      assert.deepEqual(await readInput("-", stream('{"from":', '"stdin"}')), { from: "stdin" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("from a file that is not there names the file", async () => {
    await assert.rejects(readInput("@/nowhere/x.json", stream()), {
      code: "invalid_input",
      message: /\/nowhere\/x.json/,
    });
  });

  it("beyond the limit is refused before it is parsed", async () => {
    await assert.rejects(readInput("-", stream("1".repeat(LIMITS.inputBytes), "1")), { code: "input_too_large" });
  });

  it("that is not JSON tells the column, what was expected, and shows the place", () => {
    assert.throws(() => parseInput("{'a':1}", "--input"), {
      code: "invalid_input",
      message: /^--input is not JSON at column 2: expected a property name in double quotes\.\n {4}\{'a':1\}\n {5}\^\n/,
    });
  });

  it("of several lines tells the line, too", () => {
    assert.throws(() => parseInput('{\n  "a": 1,\n  "b" 2\n}', "x.json"), {
      message: /^x.json is not JSON at line 3, column 7: expected ":" after the property name\./,
    });
  });

  it("that is empty is called empty", () => {
    assert.throws(() => parseInput(" \n", "standard input"), {
      code: "invalid_input",
      message: "standard input is empty.",
    });
  });

  it("nested a million deep ends with a message, not with a stack overflow", () => {
    assert.throws(() => parseInput("[".repeat(1_000_000), "--input"), { code: "invalid_input" });
  });
});

describe("the place where a text stops being JSON", () => {
  const wrong: [string, number, RegExp][] = [
    ["hello", 1, /a JSON value/],
    ['{"a":1,}', 8, /a property name/],
    ["[1 2]", 4, /"," or "\]"/],
    ["[1,]", 4, /a value/],
    ['{"a":"b', 8, /closing quote/],
    ['"a\\x"', 3, /escape/],
    ['"a\tb"', 3, /character or escape/],
    ["1 2", 3, /nothing more/],
    ["01", 2, /nothing more/],
    ["-", 1, /a JSON value/],
    ["undefined", 1, /a JSON value/],
    ["NaN", 1, /a JSON value/],
    ['{"a"}', 5, /":"/],
    ['{"a":}', 6, /a value/],
    ["nullx", 1, /a JSON value/],
  ];
  for (const [text, column, expected] of wrong) {
    it(`of ${text} is column ${column}`, () => {
      assert.throws(() => JSON.parse(text));
      const problem = findJsonProblem(text);
      assert.ok(problem);
      assert.equal(problem.column, column);
      assert.match(problem.expected, expected);
    });
  }

  const right = ["null", " [ ] ", '{"a":[1.5e-3,-0,true,false,"\\u00e9\\n\u007f\ud800"]}', '"😀"', "[[],{}]"];
  for (const text of right) {
    it(`is nowhere in ${JSON.stringify(text)}`, () => {
      assert.doesNotThrow(() => JSON.parse(text));
      assert.equal(findJsonProblem(text), undefined);
    });
  }

  it("is shown with a window of the line, however long that is", () => {
    const problem = findJsonProblem(`["${"x".repeat(5_000)}" oops]`);
    assert.ok(problem);
    const [excerpt = "", caret = ""] = problem.excerpt.split("\n");
    assert.ok(excerpt.length < 70);
    assert.equal(excerpt[caret.length - 1], "o");
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePublishOptions } from "./publishOptions.ts";
import { parseTaskOptions } from "./taskOptions.ts";

describe("the options of `tasker task`", () => {
  it("have the short forms of the documentation", () => {
    assert.deepEqual(parseTaskOptions(["-t", "echo", "-i", '{"a":1}', "-p"]), {
      mode: "run",
      json: false,
      poll: true,
      task: "echo",
      input: '{"a":1}',
    });
    assert.deepEqual(parseTaskOptions(["-l", "--json"]), { mode: "list", json: true });
    assert.deepEqual(parseTaskOptions(["-t", "echo", "-i", "-"]), {
      mode: "run",
      json: false,
      poll: false,
      task: "echo",
      input: "-",
    });
  });

  it("name a run for status, result and cancel", () => {
    assert.deepEqual(parseTaskOptions(["--status", "x"]), { mode: "status", json: false, poll: false, taskRunId: "x" });
    assert.deepEqual(parseTaskOptions(["--result=x", "-p"]), {
      mode: "result",
      json: false,
      poll: true,
      taskRunId: "x",
    });
    assert.deepEqual(parseTaskOptions(["--cancel", "x"]), { mode: "cancel", json: false, taskRunId: "x" });
  });

  const wrong: [string, string[], RegExp][] = [
    ["nothing to do", [], /Say what to do/],
    ["two things at once", ["-l", "-t", "echo"], /--list and --task exclude each other/],
    ["input without a task", ["--status", "x", "-i", "1"], /--input goes with --task/],
    ["watching a list", ["-l", "-p"], /--poll does not go with --list/],
    ["an empty name", ["--task="], /--task needs a value/],
    ["a missing name", ["--task"], /argument missing/],
    ["a mistyped option", ["--taks", "echo"], /no option --taks. Did you mean --task\?/],
    ["an unquoted input", ["-t", "echo", "-i", "{a:", "1}"], /"1}" belongs to no option/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuse ${what}`, () => {
      assert.throws(() => parseTaskOptions(args), { name: "UsageError", code: "usage", message });
    });
  }
});

describe("the options of `tasker publish`", () => {
  it("take the folder `tasks` unless another is named", () => {
    assert.deepEqual(parsePublishOptions(["--all"]), { mode: "all", directory: "tasks", json: false });
    assert.deepEqual(parsePublishOptions(["--dir", "d", "--specific", "echo"]), {
      mode: "specific",
      directory: "d",
      task: "echo",
      json: false,
    });
  });

  it("take a name alone for the one task to publish", () => {
    const request = { mode: "specific", directory: "tasks", task: "echo", json: false };
    assert.deepEqual(parsePublishOptions(["echo"]), request);
    assert.deepEqual(parsePublishOptions(["echo", "--dir", "d"]), { ...request, directory: "d" });
    assert.deepEqual(parsePublishOptions(["--specific", "echo"]), request);
  });

  it("refuse nothing to publish, and two choices at once", () => {
    assert.throws(() => parsePublishOptions([]), /Say what to publish/);
    assert.throws(() => parsePublishOptions(["--all", "--list"]), /exclude each other/);
    assert.throws(() => parsePublishOptions(["echo", "--all"]), /--all and --specific exclude each other/);
    assert.throws(() => parsePublishOptions(["echo", "--specific", "echo"]), /exclude each other/);
    assert.throws(() => parsePublishOptions(["echo", "summarize"]), /"summarize" is one too many/);
    assert.throws(() => parsePublishOptions(["--specific", ""]), /needs a task's name/);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePruneOptions } from "./pruneOptions.ts";
import { parseReplayOptions } from "./replayOptions.ts";

describe("the options of `tasker replay`", () => {
  it("name a run and a step", () => {
    assert.deepEqual(parseReplayOptions(["x"]), { taskRunId: "x", fromSnapshot: false, json: false });
    assert.deepEqual(parseReplayOptions(["--to", "12", "x", "--from-snapshot", "--json"]), {
      taskRunId: "x",
      to: 12,
      fromSnapshot: true,
      json: true,
    });
  });

  const wrong: [string, string[], RegExp][] = [
    ["no run", [], /Say which run/],
    ["two runs", ["x", "y"], /One run at a time/],
    ["step 0", ["x", "--to", "0"], /--to takes the number of a step/],
    ["a step that is no number", ["x", "--to", "two"], /--to takes the number of a step/],
    ["a mistyped option", ["x", "--too", "1"], /Did you mean --to\?/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuse ${what}`, () => assert.throws(() => parseReplayOptions(args), { name: "UsageError", message }));
  }
});

describe("the options of `tasker prune`", () => {
  it("take an age with its unit, and what to keep", () => {
    assert.deepEqual(parsePruneOptions(["--older-than", "90d"]), {
      olderThan: 90 * 24 * 60 * 60_000,
      keep: [],
      dryRun: false,
      json: false,
    });
    const args = ["--older-than=12h", "--keep", "failed", "--keep", "timed_out", "--dry-run", "--json"];
    const expected = { olderThan: 12 * 60 * 60_000, keep: ["failed", "timed_out"], dryRun: true, json: true };
    assert.deepEqual(parsePruneOptions(args), expected);
  });

  const wrong: [string, string[], RegExp][] = [
    ["no age", ["--dry-run"], /Say how long ago/],
    ["an age without a unit", ["--older-than", "90"], /with its unit/],
    ["a negative age", ["--older-than=-1d"], /with its unit/],
    ["an unknown unit", ["--older-than", "3x"], /with its unit/],
    ["an open status", ["--older-than", "1d", "--keep", "open"], /--keep takes one of completed/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuse ${what}`, () => assert.throws(() => parsePruneOptions(args), { name: "UsageError", message }));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fc, fuzz, oddJson, oddText } from "../../test/support/fuzz.ts";
import { plain, plainLine } from "../../protocol/plain.ts";
import { gmailSummary } from "./gmailSummary.ts";
import { logText, progressLine } from "./progress.ts";
import { reportText } from "./report.ts";
import { table } from "./table.ts";

const FORBIDDEN = /[^\P{Cc}\n\t]|\p{Bidi_Control}/u;

test("what is printed moves no cursor, turns no text and is well-formed", async (t) => {
  await fuzz(t, 5000, fc.tuple(oddText(), fc.nat(50)), ([text, width]) => {
    const shown = plain(text);
    assert.doesNotMatch(shown, FORBIDDEN);
    assert(shown.isWellFormed());
    const line = plainLine(text, width);
    assert.doesNotMatch(line, /\p{Cc}/u);
    assert(line.length <= Math.max(1, width));
  });
});

test("a log line is printed without control characters", async (t) => {
  await fuzz(t, 3000, oddText(), (text) => {
    assert.doesNotMatch(plain(logText({ at: 0, level: "info", text })), FORBIDDEN);
  });
});

test("a table has a line for each row, whatever the cells hold", async (t) => {
  const cells = fc.array(fc.tuple(oddText(), oddText()), { maxLength: 5 });
  await fuzz(t, 2000, cells, (rows) => {
    const lines = table(
      ["A", "B"],
      rows.map((row) => row.map((cell) => plainLine(cell, 40))),
    ).split("\n");
    assert.equal(lines.length, rows.length + 1);
  });
});

test("a run, its progress and a search are shown without control characters, whatever they hold", async (t) => {
  await fuzz(t, 2000, fc.tuple(oddText(), oddText(), oddJson(), fc.nat(80)), ([a, b, result, width]) => {
    const error = { code: a, class: "tool", message: b, stack: `${b}\n    at ${a}` };
    const call = { id: 1, tool: a, status: "pending" as const, attempts: 2, startedAt: null, endedAt: null };
    const run = { taskRunId: b, task: a, version: b, logs: [], startedAt: new Date(0).toISOString(), endedAt: null };
    const calls = [{ ...call, usage: { [b]: 1 }, lastError: { code: b, message: a } }];
    const waitingFor = [{ id: 1, tool: b, since: 0, retry: { attempt: 2, lastError: { code: a, message: b } } }];
    const progress = { state: "suspended" as const, waitingFor, waiting: 2, calls: 1, logs: [] };
    const user = {
      email: a,
      found: 1,
      emails: [
        { id: b, subject: a, from: b, date: a },
        { id: a, error },
      ],
    };
    const search = {
      query: a,
      totals: { domains: 1, users: 2, emails: 1, failures: 1 },
      elapsedMs: 1,
      domains: [{ domain: b, users: [user, { ...user, error }], error }],
      cut: { users: 1, emails: 1 },
    };
    const shown = [
      reportText({ ...run, status: "completed", result, error: null, calls }, 1),
      reportText({ ...run, status: "failed", result: null, error, calls }, 1),
      progressLine({ status: "suspended", progress, startedAt: new Date(0) }, 1, width),
      gmailSummary(search),
    ].join("\n");
    assert.doesNotMatch(shown, FORBIDDEN);
  });
});

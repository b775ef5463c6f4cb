import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunReport } from "../../protocol/run.ts";
import type { LogLine } from "../../protocol/step.ts";
import { duration } from "./duration.ts";
import { plain, plainLine } from "../../protocol/plain.ts";
import { newLines, progressKey, progressLine } from "./progress.ts";
import { reportText } from "./report.ts";
import { table } from "./table.ts";

const at = Date.parse("2026-01-02T03:04:05.000Z");

const report: RunReport = {
  taskRunId: "echo-1",
  task: "echo",
  version: "0123456789abcdef",
  status: "completed",
  result: { message: "hi" },
  error: null,
  logs: [],
  calls: [{ id: 1, tool: "sleep", status: "completed", attempts: 1, startedAt: null, endedAt: null }],
  startedAt: new Date(at).toISOString(),
  endedAt: new Date(at + 1_250).toISOString(),
};

describe("a span of time", () => {
  const spans: [number, string][] = [
    [0, "0.0 s"],
    [1_250, "1.3 s"],
    [59_949, "59.9 s"],
    [59_990, "1 min 0 s"],
    [3_599_400, "59 min 59 s"],
    [7_200_000, "2 h 0 min"],
    [86_400_000 * 9 + 3_600_000 * 4, "9 d 4 h"],
    [-5, "0.0 s"],
  ];
  for (const [ms, text] of spans) it(`of ${ms} ms is ${text}`, () => assert.equal(duration(ms), text));
});

describe("text of a task on a terminal", () => {
  it("cannot move the cursor, set a title or turn the reading direction", () => {
    assert.equal(plain("\u001b[2J\u009b0m\u0007\r\u202e x\ny\tz"), "\\u001b[2J\\u009b0m\\u0007\\u000d\\u202e x\ny\tz");
  });

  it("keeps its letters, emoji included, and loses lone surrogates", () => {
    assert.equal(plain("né 😀 \ud800!"), "né 😀 \\ud800!");
  });

  it("is one line, cut to the width, where one line is wanted", () => {
    assert.equal(plainLine("a\nb\tcdef", 5), "a b …");
  });
});

describe("the progress line", () => {
  const waitingFor = [1, 2, 3, 4].map((id) => ({ id, tool: "http.fetch", since: at + 1_000 }));
  const progress = { state: "suspended" as const, waitingFor, waiting: 30, calls: 40, logs: [] };
  const seen = { status: "suspended" as const, progress, startedAt: new Date(at) };

  it("tells elapsed time, state and which calls the run waits for", () => {
    const line = progressLine(seen, at + 3_000);
    assert.match(line, /3\.0 s {2}SUSPENDED {3}40 calls, waits for #1 http\.fetch \(2\.0 s\), .* and 27 more$/);
  });

  it("fits the terminal", () => {
    assert.equal(progressLine(seen, at + 3_000, 40).length, 40);
  });

  it("says that a queued run waits for a worker", () => {
    assert.match(progressLine({ ...seen, status: "queued", progress: null }, at), /QUEUED {6}waits for a worker$/);
  });

  it("tells what a run itself waits for, and why", () => {
    const lastError = { code: "store_failed", message: "The store (SQLite x.db) failed: disk is full" };
    const internal = { type: "tasker:advance", since: at, attempt: 5, lastError };
    const line = progressLine({ ...seen, status: "processing", progress: { ...progress, internal } }, at + 3_000);
    assert.match(line, /tasker:advance is retried \(3\.0 s, attempt 5\) after store_failed: .*disk is full$/);
  });

  it("is not repeated where only time has passed", () => {
    assert.equal(progressKey(seen), progressKey({ ...seen, startedAt: new Date(0) }));
    assert.notEqual(progressKey(seen), progressKey({ ...seen, progress: { ...progress, calls: 41 } }));
  });
});

describe("log lines seen through a moving window", () => {
  const line = (text: string): LogLine => ({ at, level: "info", text });
  const [a, b, c, d] = [line("a"), line("b"), line("c"), line("d")];

  it("are printed once each", () => {
    assert.deepEqual(newLines([], [a, b]), [a, b]);
    assert.deepEqual(newLines([a, b], [a, b]), []);
    assert.deepEqual(newLines([a, b], [b, c]), [c]);
    assert.deepEqual(newLines([b, c], [a, b, c, d]), [d]);
    assert.deepEqual(newLines([a, b], [c, d]), [c, d]);
  });

  it("that repeat are not lost", () => {
    assert.deepEqual(newLines([a, a], [a, a, a]), []);
    assert.deepEqual(newLines([a, b, a], [a, b, a, a]), [a]);
  });
});

describe("a run's report for people", () => {
  it("says that the run was reset in Temporal, and how often", () => {
    assert.match(reportText({ ...report, resets: 2 }, at), /\n {2}reset 2 times in Temporal\n/);
    assert.doesNotMatch(reportText(report, at), /reset/);
  });

  it("tells how it ended, how long it took, its id and its result", () => {
    const text = reportText(report, at);
    assert.match(
      text,
      /^echo completed after 1\.3 s, 1 call\n {2}run echo-1, version 0123456789ab\n\{\n {2}"message": "hi"\n\}$/,
    );
  });

  it("tells an error's code, class, message and the author's frames, and no result", () => {
    const error = {
      code: "guest_error",
      class: "guest",
      message: "boom\u001b[2J",
      stack: "Error: boom\n    at run (a.js:1:2)",
    };
    const text = reportText({ ...report, status: "failed", result: null, error }, at);
    assert.match(text, /error\[guest_error\] \(guest\): boom\\u001b\[2J\n {4}at run \(a\.js:1:2\)$/);
  });

  it("tells the errors that caused an error", () => {
    const stack = "Error: top\n    at run (a.js:1:2)\nCaused by: TypeError: low\n    at g (a.js:3:4)";
    const error = { code: "guest_error", class: "guest", message: "top", stack };
    const text = reportText({ ...report, status: "failed", error }, at);
    assert.match(text, /at run \(a\.js:1:2\)\n {4}Caused by: TypeError: low\n {4}at g \(a\.js:3:4\)$/);
  });

  it("shows the first frames of an endless recursion", () => {
    const stack = Array.from({ length: 500 }, (_, line) => `    at f (a.js:${line}:1)`).join("\n");
    const error = { code: "guest_error", class: "guest", message: "too deep", stack };
    assert.match(reportText({ ...report, status: "failed", error }, at), /… and 490 frames more$/);
  });

  it("sums up what its calls used, by service", () => {
    const call = report.calls[0]!;
    const calls = [
      { ...call, tool: "openai.chat", usage: { inputTokens: 12, totalTokens: 52 } },
      { ...call, tool: "openai.embed", status: "failed" as const, usage: { totalTokens: 8 } },
      { ...call, tool: "paid.call", usage: { cost: 0.5 } },
      call,
    ];
    assert.match(
      reportText({ ...report, calls }, at),
      /\n {2}used openai 12 inputTokens, 60 totalTokens; paid 0\.5 cost\n/,
    );
    assert.doesNotMatch(reportText(report, at), /used/);
  });

  it("of a run that goes on says so", () => {
    const text = reportText({ ...report, status: "suspended", endedAt: null, result: null }, at + 2_000);
    assert.match(text, /^echo is suspended, started 2\.0 s ago\n/);
    assert.doesNotMatch(text, /null/);
  });
});

describe("a table", () => {
  it("pads columns by characters, not by UTF-16 units or colour codes", () => {
    assert.equal(
      table(
        ["a", "b"],
        [
          ["😀x", "1"],
          ["\u001b[32mlong\u001b[39m", "2"],
        ],
      ),
      "a     b\n😀x    1\n\u001b[32mlong\u001b[39m  2",
    );
  });
});

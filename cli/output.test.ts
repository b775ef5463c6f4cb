import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { TaskerError } from "../protocol/errors.ts";
import type { RunReport } from "../protocol/run.ts";
import type { TaskVersion } from "../protocol/task.ts";
import { showPublication } from "./commands/publish.ts";
import { showReport } from "./commands/runTask.ts";
import { errorReport } from "./errorReport.ts";
import { errorText } from "./errorText.ts";
import { Output } from "./output.ts";
import { gmailSummary, type GmailSearchResult } from "./render/gmailSummary.ts";
import { logText, progressLine } from "./render/progress.ts";
import { headline } from "./render/report.ts";
import { table } from "./render/table.ts";
import { UsageError } from "./usageError.ts";

/** What a terminal would obey: ESC sequences, C1, BEL, CR, DEL, and marks that turn the reading direction. */
const HOSTILE =
  "a\u001b[31mred\u001b]0;title\u0007\u009b2J\u0085\r\b\u007f\u202e\u2066\u200f\u061c\u001b[1111;2222;3333;4444;5555;6666;32mz";
const RAW = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

/** An output on two streams, and all that they received. */
function screen(json: boolean, isTTY: boolean): { readonly output: Output; readonly written: () => string } {
  let written = "";
  const sink = { isTTY, columns: 80, write: (text: string) => (written += text) };
  return { output: new Output(json, sink, sink), written: () => written };
}

const report = (status: "completed" | "failed" | "suspended"): RunReport => ({
  taskRunId: HOSTILE,
  task: HOSTILE,
  version: HOSTILE,
  status,
  result: { [HOSTILE]: HOSTILE },
  error: { code: HOSTILE, class: HOSTILE, message: HOSTILE, stack: `${HOSTILE}\n    at ${HOSTILE} (${HOSTILE}:1:1)` },
  logs: [{ at: 0, level: "info", text: HOSTILE }],
  calls: [
    {
      id: 1,
      tool: HOSTILE,
      status: "pending",
      attempts: 2,
      startedAt: null,
      endedAt: null,
      usage: { [HOSTILE]: 1 },
      lastError: { code: HOSTILE, message: HOSTILE },
    },
  ],
  startedAt: new Date(0).toISOString(),
  endedAt: null,
});

const reason = { code: HOSTILE, message: HOSTILE };
const found: GmailSearchResult = {
  query: HOSTILE,
  totals: { domains: 1, users: 1, emails: 1, failures: 1 },
  elapsedMs: 1,
  domains: [
    {
      domain: HOSTILE,
      users: [
        {
          email: HOSTILE,
          found: 2,
          emails: [
            { id: HOSTILE, subject: HOSTILE, from: HOSTILE, date: HOSTILE },
            { id: HOSTILE, error: reason },
          ],
        },
        { email: HOSTILE, found: 0, emails: [], error: reason },
      ],
      error: reason,
    },
  ],
  cut: { users: 1, emails: 1 },
};

const seen = {
  status: "suspended" as const,
  startedAt: new Date(0),
  progress: {
    state: "suspended" as const,
    waitingFor: [{ id: 1, tool: HOSTILE, since: 0, retry: { attempt: 2, lastError: reason } }],
    waiting: 1,
    calls: 1,
    logs: [],
  },
};

const version = { task: HOSTILE, version: HOSTILE, file: HOSTILE } as TaskVersion;
const problem = { code: "invalid_default" as const, message: HOSTILE, file: HOSTILE, line: 1, column: 1 };
const publication = { tasks: [{ outcome: "published" as const, version }], problems: [problem], warnings: [problem] };
const known = new TaskerError({ code: HOSTILE, class: "guest", message: HOSTILE });

const WAYS: readonly [string, (output: Output) => void][] = [
  ["a remark", (output) => output.say(HOSTILE)],
  ["a warning", (output) => output.warn(HOSTILE)],
  ["a painted text", (output) => output.say(output.paint.bad(HOSTILE))],
  ["help", (output) => output.print(HOSTILE)],
  ["a JSON answer", (output) => output.answer({ [HOSTILE]: HOSTILE })],
  ["a completed run", (output) => showReport(report("completed"), output)],
  ["a failed run", (output) => showReport(report("failed"), output)],
  ["an open run", (output) => showReport(report("suspended"), output)],
  ["a headline", (output) => output.say(headline(report("failed"), 0, output.paint))],
  ["a search's summary", (output) => output.say(gmailSummary(found, output.paint))],
  ["progress", (output) => output.say(progressLine(seen, 1))],
  ["a line that is redrawn", (output) => output.redraw(HOSTILE)],
  ["progress that is redrawn", (output) => output.redraw(progressLine(seen, 1, 60))],
  ["a log line", (output) => output.say(output.paint.dim(logText({ at: 0, level: "info", text: HOSTILE })))],
  ["a table", (output) => output.say(table([HOSTILE], [[HOSTILE], [HOSTILE]]))],
  ["a publication", (output) => showPublication(HOSTILE, publication, output)],
  ["a known error", (output) => output.warn(errorText(known, output.paint))],
  ["a wrong use", (output) => output.warn(errorText(new UsageError(HOSTILE, HOSTILE, HOSTILE), output.paint))],
  ["a bug", (output) => output.warn(errorText(new Error(HOSTILE), output.paint))],
  ["an error as JSON", (output) => output.answer(errorReport(known))],
];

describe("foreign text never reaches a terminal or a pipe raw:", () => {
  for (const [name, write] of WAYS) {
    for (const json of [false, true]) {
      it(`${name}${json ? ", with --json" : ""}`, () => {
        for (const isTTY of [true, false]) {
          const { output, written } = screen(json, isTTY);
          write(output);
          assert.doesNotMatch(withoutOwnCodes(written(), isTTY), RAW);
        }
      });
    }
  }

  it("a value of the keystore on a terminal; a pipe gets it exactly", () => {
    const terminal = screen(false, true);
    terminal.output.value(HOSTILE);
    assert.doesNotMatch(terminal.written(), RAW);
    assert.match(terminal.written(), /a pipe gets the exact value/);
    const pipe = screen(false, false);
    pipe.output.value(HOSTILE);
    assert.equal(pipe.written(), HOSTILE);
  });
});

describe("what a command writes", () => {
  it("is the same JSON after its control characters were escaped", () => {
    const { output, written } = screen(true, true);
    output.answer({ [HOSTILE]: [HOSTILE, "\ud800", "é\n"] });
    assert.deepEqual(JSON.parse(written()), { [HOSTILE]: [HOSTILE, "\ud800", "é\n"] });
  });

  it("has the colours of its own paint, and only those", () => {
    const { output, written } = screen(false, true);
    output.say(`${output.paint.good("\u001b[31mok")} \u001b[31mx`);
    assert.equal(written(), "\u001b[32m\\u001b[31mok\u001b[39m \\u001b[31mx\n");
  });

  it("has columns as wide as if nothing was painted, and a row on one line", () => {
    const { output, written } = screen(false, true);
    const rows = [
      [output.paint.good("ok"), "1"],
      ["failed\nbadly", "2"],
    ];
    output.say(table(["state", "n"], rows));
    assert.equal(written(), "state         n\n\u001b[32mok\u001b[39m            1\nfailed badly  2\n");
  });
});

/** The colours that Paint sets, and the sequence that clears a redrawn line. A hostile one has no escape character any more. */
function withoutOwnCodes(text: string, isTTY: boolean): string {
  if (!isTTY) return text;
  const codes = (["green", "red", "dim"] as const).flatMap((style) => inspect.colors[style] ?? []);
  const escapes = (text.match(/\u001b/g) ?? []).length;
  const own = text.match(new RegExp(`\\u001b\\[(${codes.join("|")})m|\\r\\u001b\\[K`, "g")) ?? [];
  assert.equal(own.length, escapes);
  return text.replaceAll(new RegExp(`\\u001b\\[(${codes.join("|")})m|\\r\\u001b\\[K`, "g"), "");
}

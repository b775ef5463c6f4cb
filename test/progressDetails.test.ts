import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunProgress } from "../protocol/run.ts";
import { details } from "../workflows/progress.ts";

const NOTHING: RunProgress = { state: "suspended", waitingFor: [], waiting: 0, calls: 0, logs: [] };
const since = Date.UTC(2026, 0, 31);
const info = (text: string) => ({ at: since, level: "info", text }) as const;

test("the Web UI's details name calls, timers with their time, and log lines apart from the list", () => {
  const progress: RunProgress = {
    ...NOTHING,
    calls: 3,
    waiting: 2,
    waitingFor: [
      { id: 2, tool: "http.fetch", since },
      { id: 3, tool: "setTimeout", since, dueAt: since + 1_500 },
    ],
    logs: [info("2 to greet")],
  };
  assert.equal(
    details(progress),
    `**3 calls made, waiting for 2**

- call 2: \`http.fetch\` since 2026-01-31T00:00:00.000Z
- call 3: \`setTimeout 1.5 s, due 2026-01-31T00:00:01.500Z\`

\`\`\`text
info: 2 to greet
\`\`\``,
  );
});

test("the details of one call say `1 call made`, and of no log line have no block", () => {
  assert.equal(details({ ...NOTHING, calls: 1 }), "**1 call made, waiting for 0**");
});

test("a task's text is no Markdown in the details, whatever it holds", () => {
  const hostile = "```\n# heading\n````js\n[link](https://example.com) <img src=x>";
  const text = details({ ...NOTHING, logs: [info(hostile)] });
  const [, fence, body] = /\n\n(`+)text\n([^]*)\n\1$/.exec(text) ?? [];
  assert.equal(body, `info: ${hostile}`);
  assert.ok(!hostile.includes(fence!), "the fence is longer than every one inside");

  const tool = "odd`tool\n# heading``";
  const item = details({ ...NOTHING, waitingFor: [{ id: 1, tool, since }], waiting: 1 }).split("\n\n")[1]!;
  assert.ok(item.startsWith("- call 1: ``` odd`tool # heading`` ``` since "), item);
});

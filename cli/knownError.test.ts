import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { test } from "node:test";
import { Connection } from "@temporalio/client";
import { errorText } from "./errorText.ts";
import { EXIT, exitCodeOf } from "./exitCodes.ts";
import { knownError } from "./knownError.ts";

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

const FAULTS: [string, string, () => unknown][] = [
  ["a file that the system refuses", "system_error", () => mkdirSync("/proc/none/here")],
  ["a port that nobody listens on", "system_error", () => once(connect(1, "127.0.0.1"), "connect")],
  [
    "a Temporal that does not answer a raw request",
    "temporal_unreachable",
    async () => {
      const connection = Connection.lazy({ address: "127.0.0.1:1" });
      try {
        await connection.withDeadline(Date.now() + 100, () => connection.workflowService.getSystemInfo({}));
      } finally {
        await connection.close();
      }
    },
  ],
];

for (const [what, code, work] of FAULTS) {
  test(`${what} is told in one line with exit code 3, not as a bug`, async () => {
    const error = await knownError(await thrownBy(work));
    assert.equal(exitCodeOf(error), EXIT.unreachable);
    assert.match(errorText(error), new RegExp(`^error\\[${code}\\]: .+`));
    assert.doesNotMatch(errorText(error), /\n {4}at |report it/);
  });
}

test("a bug stays one: it is shown with its stack and exit code 1", async () => {
  const error = await knownError(new TypeError("x is not a function"));
  assert.match(errorText(error), /^error\[unexpected\][^]*\n {4}at /);
  assert.equal(exitCodeOf(error), EXIT.failed);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, it } from "node:test";

const ROOT = path.join(import.meta.dirname, "..");
const HOSTILE = "\u001b[2J\u009b31m\u0007\r\u202e\u2066\u007f";
const RAW = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

/** What a script writes to standard error. */
function stderrOf(args: readonly string[], env: Record<string, string> = {}): string {
  const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env };
  return spawnSync(process.execPath, args, { cwd: ROOT, env: environment, encoding: "utf8" }).stderr;
}

describe("a worker's standard error has no raw control characters", () => {
  it("when its configuration is refused", () => {
    const shown = stderrOf(["worker.ts"], { TASKER_LOG_LEVEL: HOSTILE });
    assert.match(shown, /^error\[invalid_configuration\].*\\u001b/s);
    assert.doesNotMatch(shown, RAW);
  });

  const script = (code: string): string[] => [
    "--input-type=module",
    "--eval",
    `const hostile = ${JSON.stringify(HOSTILE)}; ${code}`,
  ];

  it("in what Temporal logs, each on one line", () => {
    const shown = stderrOf(
      script(`
        const { installRuntime } = await import("./worker/runtime.ts");
        const { Runtime } = await import("@temporalio/worker");
        installRuntime("warn");
        Runtime.instance().logger.warn("first\\n" + hostile, { error: new Error("second\\n" + hostile) });
        await Runtime.instance().shutdown();`),
    );
    assert.match(shown, /^\S+ WARN first .*\\u001b.*: second .*\\u001b.*\n$/);
    assert.doesNotMatch(shown, RAW);
  });

  it("when it ends by an error that nobody expected", () => {
    const shown = stderrOf(
      script(`
        const { runAlone } = await import("./worker/runAlone.ts");
        await runAlone(() => Promise.reject(new Error(hostile)));`),
    );
    assert.match(shown, /Error: \\u001b/);
    assert.doesNotMatch(shown, RAW);
  });
});

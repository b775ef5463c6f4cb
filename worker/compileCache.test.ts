import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const COMPILER = `process.moduleLoadList.some((name) => name.includes("amaro"))`;

async function node(args: readonly string[]): Promise<string> {
  const env = { PATH: process.env["PATH"] };
  return (await promisify(execFile)(process.execPath, args, { env, cwd: root })).stdout.trim();
}

test("from the second start on, neither a process nor its threads load Node's TypeScript compiler", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "tasker-test-"));
  const script = `
    const { keepCompiledCode } = await import("./worker/compileCache.js");
    keepCompiledCode(${JSON.stringify(folder)});
    const { threadEnvironment } = await import("./sandbox/threadEnvironment.ts");
    const { Worker } = await import("node:worker_threads");
    const thread = (env) => new Promise((resolve) => new Worker(
      'import("./activities/tools/retryAfter.ts").then(() => process.getBuiltinModule("node:worker_threads").parentPort.postMessage(${COMPILER}))',
      { eval: true, env },
    ).on("message", resolve));
    console.log(JSON.stringify([${COMPILER}, await thread(threadEnvironment()), await thread({ ...process.env })]));`;
  const run = (): Promise<string> => node(["--input-type=module", "--eval", script]);
  try {
    assert.match(await run(), /^\[true,/);
    assert.equal(await run(), "[false,false,false]");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a command loads it only at its first start", async () => {
  const print = `process.on("exit", () => console.log(${COMPILER}))`;
  const args = [`--import=data:text/javascript,${encodeURIComponent(print)}`, "cli/tasker.js", "--help"];
  await node(args);
  assert.match(await node(args), /\nfalse$/);
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { HELP, COMMANDS } from "./help.ts";

/** Preloaded: names on standard error each module that is loaded. */
const NAMES_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  import { registerHooks } from "node:module";
  registerHooks({ load: (url, context, next) => (writeSync(2, url + "\\n"), next(url, context)) });`)}`;

const LAUNCHER = path.join(import.meta.dirname, "tasker.js");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in an empty folder, with no environment that could lead it to a server. */
async function tasker(
  args: string[],
  { node = process.execPath, file = LAUNCHER, input = "", env = {} } = {},
): Promise<Ended> {
  const cwd = await mkdtemp(path.join(tmpdir(), "tasker-cli-"));
  const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env };
  const child = spawn(node, [file, ...args], { cwd, env: environment });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  await rm(cwd, { recursive: true, force: true });
  return { code, ...texts };
}

describe("the command line", () => {
  it("prints help on standard output, with exit code 0, for every command", async () => {
    for (const command of COMMANDS) {
      const ended = await tasker([command, "--help"]);
      assert.equal(ended.code, 0, command);
      assert.equal(ended.stdout, `${HELP[command]}\n`);
      assert.equal(ended.stderr, "");
    }
  });

  it("loads nothing for help but its own files", async () => {
    const { code, stderr } = await tasker(["--help"], { env: { NODE_OPTIONS: `--import=${NAMES_MODULES}` } });
    assert.equal(code, 0);
    const loaded = stderr.trim().split("\n");
    assert.ok(loaded.some((url) => url.endsWith("/cli/help.ts")));
    assert.deepEqual(
      loaded.filter((url) => /\/node_modules\/|\/cli\/commands\//.test(url)),
      [],
    );
  });

  const wrong: [string, string[], RegExp][] = [
    ["no command", [], /^error\[usage\]: Say what to do/],
    ["an unknown command", ["taks"], /^error\[usage\]: There is no command "taks"\. Did you mean task\?/],
    ["an unknown option", ["task", "--pol"], /^error\[usage\]: There is no option --pol\. Did you mean --poll\?/],
    ["two modes at once", ["task", "-l", "--status", "x"], /^error\[usage\]: --list and --status exclude each other/],
    ["nothing to publish", ["publish"], /^error\[usage\]: Say what to publish/],
    [
      "input that is not JSON",
      ["task", "-t", "echo", "-i", "{a:1}"],
      /^error\[invalid_input\]: --input is not JSON at column 2/,
    ],
    [
      "an input file that is not there",
      ["task", "-t", "echo", "-i", "@no.json"],
      /^error\[invalid_input\]: .*no\.json/,
    ],
    ["an option of another command", ["start", "--all"], /^error\[usage\]: There is no option --all/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with exit code 2 and one clear line for ${what}`, async () => {
      const ended = await tasker(args);
      assert.equal(ended.code, 2);
      assert.match(ended.stderr, message);
      assert.doesNotMatch(ended.stderr, /\n {4}at /);
      assert.equal(ended.stdout, "");
    });
  }

  it("prints one JSON object with the error's code under --json, and nothing else on standard output", async () => {
    const ended = await tasker(["task", "--json", "-t", "echo", "-i", "nope"]);
    assert.equal(ended.code, 2);
    const report = JSON.parse(ended.stdout) as { error: { code: string }; taskRunId: null; status: null };
    assert.equal(report.error.code, "invalid_input");
    assert.equal(report.taskRunId, null);
    assert.equal(ended.stdout.trim().split("\n").length, 1);
  });

  it("reads standard input for `-i -` and says what is wrong with it", async () => {
    const ended = await tasker(["task", "-t", "echo", "-i", "-"], { input: "[1," });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /^error\[invalid_input\]: standard input is not JSON at column 4: expected a value/);
  });

  it("names a bad variable of the environment with exit code 2", async () => {
    const ended = await tasker(["task", "-l"], { env: { TEMPORAL_ADDRESS: "nonsense" } });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /^error\[invalid_configuration\]: TEMPORAL_ADDRESS/);
  });

  it("uses no colours where output is not a terminal", async () => {
    assert.ok(!(await tasker(["nonsense"], { env: { FORCE_COLOR: "1" } })).stderr.includes("\u001b"));
  });
});

describe("the Gmail search as a file of its own", () => {
  const file = path.join(import.meta.dirname, "comprehensive-gmail-search.js");

  it("is `tasker gmail-search` under any Node", async () => {
    const nodes = [process.execPath, await findOldNode()].filter((node) => node !== undefined);
    for (const node of nodes) {
      assert.equal((await tasker(["-h"], { node, file })).stdout, `${HELP["gmail-search"]}\n`);
      const wrong = await tasker(["--maxResultsPerUser", "all"], { node, file });
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /^error\[usage\]: --maxResultsPerUser must be a whole number/);
    }
  });
});

describe("the launcher", () => {
  it("runs the commands under an older Node by the Node of node_modules, and passes on exit codes", async (t) => {
    const old = await findOldNode();
    if (old === undefined) return t.skip("there is no Node older than 24 on the PATH");
    assert.deepEqual((await tasker(["--help"], { node: old })).stdout, `${HELP.tasker}\n`);
    assert.equal((await tasker(["nonsense"], { node: old })).code, 2);
    const piped = await tasker(["task", "-t", "x", "-i", "-"], { node: old, input: "nope" });
    assert.match(piped.stderr, /standard input is not JSON at column 1/);
  });
});

/** npm scripts and tests have node_modules/.bin before it. */
async function findOldNode(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const node = path.join(folder, "node");
    if ((await majorOf(node)) < 24) return node;
  }
  return undefined;
}

function majorOf(node: string): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(node, ["-p", "process.versions.node"], { stdio: ["ignore", "pipe", "ignore"] });
    let version = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (version += text));
    child.on("error", () => resolve(Infinity));
    child.on("close", () => resolve(version === "" ? Infinity : Number.parseInt(version)));
  });
}

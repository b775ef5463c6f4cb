import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { HELP } from "../cli/help.ts";
import { configurationTable } from "../configuration.ts";
import { findTemporalCli } from "../dev/temporalCli.ts";
import { SAMPLE_MODULES, SAMPLE_TASKS } from "../cli/sampleTasks.ts";
import { LIMITS } from "../protocol/limits.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const README = await readFile(path.join(ROOT, "README.md"), "utf8");
const { scripts: SCRIPTS } = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe("the README", () => {
  it("has the configuration's table as it is", () => {
    for (const row of rows(configurationTable())) assert.ok(rows(README).includes(row), row);
  });

  it("names every option of publish and task", () => {
    const section = README.slice(README.indexOf("## Commands"), README.indexOf("## From TypeScript"));
    const options = [HELP.publish, HELP.task].join("\n").match(/--[a-z]{2,}/g) ?? [];
    // --specific and --all are publish's, --task and --poll also have letters.
    for (const option of new Set(options)) {
      const letter = { "--task": "-t", "--input": "-i", "--poll": "-p" }[option] ?? option;
      assert.ok(section.includes(option) || section.includes(` ${letter} `), option);
    }
  });

  it("tells the limits as they are", () => {
    const MiB = 1024 ** 2;
    const told = { memory: `${LIMITS.vmMemoryBytes / MiB} MiB`, CPU: `${LIMITS.stepCpuMs / 1000} s` };
    const more = { unsettled: LIMITS.unsettledCalls.toLocaleString("en"), "nesting of runs": LIMITS.nestingDepth };
    const sizes = { arguments: LIMITS.argumentBytes, result: LIMITS.resultBytes, input: LIMITS.inputBytes };
    const texts = { "a published": LIMITS.bundleBytes, "log text": LIMITS.logBytes };
    const bytes = Object.entries({ ...sizes, ...texts }).map(([name, size]) => [name, `${size / MiB} MiB`]);
    const table = rows(README.slice(README.indexOf("<!-- limits -->"), README.indexOf("### Errors")));
    const rest = [
      ["CPU time of checking", `${LIMITS.inputCheckCpuMs / 1000} s`],
      ["nesting of arrays", LIMITS.jsonDepth],
      ["message and stack", `${LIMITS.errorBytes / 1024} KiB`],
      ["parts of an input schema", LIMITS.schemaParts.toLocaleString("en")],
      ["names after `@tools`", LIMITS.declaredTools],
      ["publishing one task", `${LIMITS.publishFileMs / 1000} s`],
      ["an error's name, code and data", `${LIMITS.thrownBytes / 1024} KiB`],
      ["one attempt", `${LIMITS.toolStartToCloseMs / 1000} s`],
      ["all attempts", `${LIMITS.toolScheduleToCloseMs / 60_000} min`],
      ["a quick read", `${LIMITS.quickReadMs / 1000} s`],
      ["events of a run of `--cron`", LIMITS.cronHistoryEvents.toLocaleString("en")],
    ];
    for (const [name, value] of [...Object.entries({ ...told, ...more }), ...bytes, ...rest]) {
      assert.ok(
        table.some((row) => row.startsWith(`|${String(name)}`) && row.includes(`|${String(value)}|`)),
        `${String(name)}: ${String(value)}`,
      );
    }
  });
});

describe("what the README has a newcomer type", () => {
  let folder = "";
  let address = "";
  let temporal = "";
  let stop: () => Promise<unknown> = () => Promise.resolve();
  const environment: NodeJS.ProcessEnv = {};

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tasker-readme-"));
    for (const file of [...Object.values(SAMPLE_TASKS), ...SAMPLE_MODULES]) {
      await cp(path.join(ROOT, "tasks", file), path.join(folder, "tasks", file));
    }
    temporal = (await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] })).path;
    Object.assign(environment, process.env, { TASKER_TEMPORAL_CLI: temporal });
    for (const name of ["TEMPORAL_ADDRESS", "TASKER_HOME", "TASKER_DATABASE_URL"])
      Reflect.deleteProperty(environment, name);
    ({ address, stop } = await start(folder, environment));
  });

  after(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("works, in its order", async () => {
    let id = "";
    for (const { file, language, text } of tested()) {
      if (file !== undefined) {
        const source = text.replace('"./client.ts"', JSON.stringify(path.join(ROOT, "client.ts")));
        await writeFile(path.join(folder, file), source);
        if (language === "ts") await run(`node ${file}`, { TEMPORAL_ADDRESS: address });
        continue;
      }
      const exported: NodeJS.ProcessEnv = {};
      for (const line of text.trim().split("\n")) {
        const command = line.replaceAll(/\bID\b/g, id).replaceAll("127.0.0.1:PORT", address);
        const [, name, value] = /^export (\w+)=(.*)$/.exec(command) ?? [];
        if (name !== undefined) exported[name] = value;
        else id = /^Started (\S+)$/m.exec(await run(command, exported))?.[1] ?? id;
      }
    }
  });

  /** The command with this clone's programs behind the names; its whole output. */
  function run(command: string, extra: NodeJS.ProcessEnv): Promise<string> {
    const tasker = `"${process.execPath}" "${ROOT}/cli/tasker.js"`;
    const scripts = Object.entries(SCRIPTS).filter(([, script]) => script.startsWith("node cli/"));
    const cases = scripts.map(([name, script]) => {
      const [, file = "", ...args] = script.split(" ");
      return `${name}) "${process.execPath}" "${ROOT}/${file}" ${args.join(" ")} "$@" ;;`;
    });
    const programs = `
      node() { "${process.execPath}" "$@"; }
      temporal() { "${temporal}" "$@"; }
      npx() { shift; ${tasker} "$@"; }
      npm() {
        shift; [ "$1" != -s ] || shift; script=$1; shift; [ "$1" != -- ] || shift
        case "$script" in ${cases.join(" ")} *) echo "no script $script"; return 1 ;; esac
      }`;
    return ending(
      command,
      spawn("sh", ["-c", `${programs}\n${command}`], { cwd: folder, env: { ...environment, ...extra } }),
    );
  }
});

interface Block {
  readonly file?: string;
  readonly language: string;
  readonly text: string;
}

/** The code blocks that follow a mark `<!-- tested -->`, or `<!-- tested: FILE -->` for one to be saved under a name. */
function tested(): Block[] {
  const blocks = README.matchAll(/<!-- tested(?:: (\S+))? -->\s+```(\w+)\n([^]*?)```/g);
  return Array.from(blocks, ([, file, language = "", text = ""]) => ({ language, text, ...(file && { file }) }));
}

/** Table rows without the spaces that line columns up. */
function rows(text: string): string[] {
  const lines = text
    .split("\n")
    .filter((line) => line.startsWith("|") && !line.startsWith("| -") && !line.startsWith("|-"));
  return lines.map((line) => line.replaceAll(/ *\| */g, "|"));
}

/** `npm start` in the folder, once it says where Temporal is. */
async function start(cwd: string, env: NodeJS.ProcessEnv): Promise<{ address: string; stop: () => Promise<unknown> }> {
  const child = spawn(process.execPath, [path.join(ROOT, "cli/tasker.js"), "start"], { cwd, env });
  const ended = ending("tasker start", child);
  ended.catch(() => undefined);
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /Temporal at ([\d.:]+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const early = ended.then((output) => Promise.reject(new Error(`tasker start ended: ${output}`)));
  const stop = (): Promise<unknown> => {
    child.kill("SIGINT");
    return ended;
  };
  return { address: await Promise.race([ready, early]), stop };
}

/** Standard output and error of a process; rejects unless it ends with 0. */
async function ending(what: string, child: ReturnType<typeof spawn>): Promise<string> {
  let output = "";
  const take = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 0, `${what} ended with ${String(code)}:\n${output}`);
  return output;
}

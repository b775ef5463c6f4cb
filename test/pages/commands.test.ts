import { cp, copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { SAMPLE_MODULES, SAMPLE_TASKS } from "../../cli/sampleTasks.ts";
import { findTemporalCli } from "../../dev/temporalCli.ts";
import { blocksOf, commandsOf, PAGES, ROOT } from "./pages.ts";
import { Terminal } from "./terminal.ts";

/** Pages about services: their blocks run where the services are stand-ins, with keys as a person would have them. */
const WITH_STAND_INS = ["docs/google.md", "docs/openai.md", "docs/supabase.md"];
/** Pages whose blocks run where encryption is on, with keys from the environment. */
const ENCRYPTED = ["docs/encryption.md", "docs/keystore.md"];
const PLAIN = PAGES.filter((page) => ![...WITH_STAND_INS, ...ENCRYPTED].includes(page));

const LINKED_FILES = ["client.ts", "configuration.ts", "package.json", "worker.ts"];

/** A stack in a folder of its own, as a person who reads the pages has it. */
interface Desk {
  readonly terminal: Terminal;
  /** Of the Temporal server. */
  readonly address: string;
  readonly codecUrl: string;
  readonly stop: () => Promise<unknown>;
}

describe("every shell block of every page works, in its order", () => {
  const opened: (() => Promise<unknown>)[] = [];
  let temporal = "";

  before(async () => {
    temporal = (await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] })).path;
  });

  after(async () => {
    for (const close of opened.reverse()) await close();
  });

  it("without accounts, and where the services are stand-ins", async () => {
    const folder = await newFolder();
    const plain = await open(folder, {}, "npm start");
    const standIns = await open(folder, {}, "npm run gapi:serve");
    await runPages(PLAIN, plain);

    const home = path.join(folder, ".tasker/standins");
    const { environment } = JSON.parse(await readFile(path.join(home, "standins.json"), "utf8")) as {
      environment: Record<string, string>;
    };
    await copyFile(environment["TASKER_GOOGLE_KEY_FILE"] ?? "", path.join(folder, "key.json"));
    const keys = ["TASKER_GOOGLE_KEY_FILE", "OPENAI_API_KEY", "SUPABASE_SERVICE_ROLE_KEY"];
    const addresses = Object.fromEntries(Object.entries(environment).filter(([name]) => !keys.includes(name)));
    const terminal = new Terminal(folder, { ...plain.terminal.environment, ...addresses, TASKER_HOME: home }, temporal);
    await runPages(WITH_STAND_INS, { ...standIns, terminal }, environment);
  });

  it("where encryption is on", async () => {
    const folder = await newFolder();
    const keys = `k1:${randomBytes(32).toString("base64")}`;
    const desk = await open(folder, { TASKER_ENCRYPTION: "true", TASKER_KEYS: keys, TOKEN: "a-token" }, "npm start");
    await writeFile(path.join(folder, "key.json"), "{}");
    await runPages(ENCRYPTED, desk, { TOKEN: "a-token" });
  });

  /** A clone: links to this one, with tasks and data of its own. */
  async function newFolder(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), "tasker-pages-"));
    opened.push(() => rm(folder, { recursive: true, force: true }));
    for (const entry of await readdir(ROOT, { withFileTypes: true })) {
      const own = /^(\.|tasks$)/.test(entry.name) || (entry.isFile() && !LINKED_FILES.includes(entry.name));
      if (!own) await symlink(path.join(ROOT, entry.name), path.join(folder, entry.name));
    }
    for (const file of [...Object.values(SAMPLE_TASKS), ...SAMPLE_MODULES]) {
      await cp(path.join(ROOT, "tasks", file), path.join(folder, "tasks", file));
    }
    return folder;
  }

  async function open(folder: string, settings: NodeJS.ProcessEnv, command: string): Promise<Desk> {
    const outside = Object.entries(process.env).filter(([name]) => !/^(TASKER|TEMPORAL|OPENAI|SUPABASE)_/.test(name));
    const environment = { ...Object.fromEntries(outside), TASKER_TEMPORAL_CLI: temporal, ...settings };
    const terminal = new Terminal(folder, environment, temporal);
    const running = terminal.start(command);
    const stop = (): Promise<unknown> => {
      running.stop();
      return running.ended;
    };
    opened.push(stop);
    const output = await running.ready;
    const address = /Temporal at ([\d.:]+)/.exec(output)?.[1] ?? "";
    const codecUrl = /--codec-endpoint (\S+?)`/.exec(output)?.[1] ?? "";
    return { terminal, address, codecUrl, stop };
  }
});

async function runPages(pages: readonly string[], desk: Desk, typed: NodeJS.ProcessEnv = {}): Promise<void> {
  let id = "";
  for (const block of pages.flatMap(blocksOf)) {
    if (block.file !== undefined) await writeFile(path.join(desk.terminal.folder, block.file), block.text);
    if (block.language !== "sh" || block.notRun !== undefined) continue;
    const environment: NodeJS.ProcessEnv = {};
    for (const line of commandsOf(block)) {
      const command = line
        .replaceAll(/\bID\b/g, id)
        .replaceAll(/127\.0\.0\.1:PORT|host:7233/g, desk.address)
        .replaceAll("TASKER_CODEC_PORT=8081", "TASKER_CODEC_PORT=0")
        .replaceAll("http://127.0.0.1:8081", desk.codecUrl);
      const exported = /^export (\w+)=/.exec(command)?.[1];
      try {
        const run = exported === undefined ? command : `${command}; printf %s "$${exported}"`;
        const types = typed[block.types ?? ""] ?? "";
        const output = await desk.terminal.run(run, { environment, types });
        if (exported !== undefined) environment[exported] = output;
        id = /^Started (\S+?):?(?:\s|$)/m.exec(output)?.[1] ?? id;
      } catch (error) {
        throw new Error(`${block.page}:${block.line}`, { cause: error });
      }
    }
  }
}

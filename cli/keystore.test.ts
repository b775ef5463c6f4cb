import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { LIMITS } from "../protocol/limits.ts";
import { parseKeystoreOptions } from "./keystoreOptions.ts";
import { UsageError } from "./usageError.ts";

const LAUNCHER = path.join(import.meta.dirname, "tasker.js");

describe("tasker keystore", () => {
  let home = "";
  before(async () => void (home = await mkdtemp(path.join(tmpdir(), "tasker-cli-keystore-"))));
  after(() => rm(home, { recursive: true }));

  async function keystore(args: string, input = "", env: NodeJS.ProcessEnv = {}) {
    const environment = { PATH: process.env["PATH"], HOME: home, TASKER_HOME: home, ...env };
    const child = spawn(process.execPath, [LAUNCHER, "keystore", ...args.split(" ")], { cwd: home, env: environment });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => (texts[name] += text));
    }
    child.stdin.on("error", () => undefined).end(input);
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, ...texts };
  }

  it("stores what is piped in, without echo's line break, and prints exactly that", async () => {
    const set = await keystore("set token --namespace piped", "line one\nline two é\n");
    assert.deepEqual([set.code, set.stdout], [0, "Stored piped/token.\n"]);
    assert.equal(set.stderr, `Made a new store: SQLite ${path.join(home, "tasker.db")}\n`);
    assert.deepEqual(await keystore("get token --namespace piped"), {
      code: 0,
      stdout: "line one\nline two é",
      stderr: "",
    });
    const { stdout } = await keystore("get token --namespace piped --json");
    assert.deepEqual(JSON.parse(stdout), { namespace: "piped", name: "token", value: "line one\nline two é" });
  });

  it("stores a file as it is, up to the bound, and refuses one past it", async () => {
    const longest = "x".repeat(LIMITS.secretBytes - 1);
    await writeFile(path.join(home, "fits"), `${longest}\n`);
    await writeFile(path.join(home, "past"), `${longest}\n\n`);
    assert.equal((await keystore("set long --file fits")).code, 0);
    assert.equal((await keystore("get long")).stdout, `${longest}\n`);
    const past = await keystore("set long --file past");
    assert.equal(past.code, 2);
    assert.match(past.stderr, /^error\[invalid_argument\]: A secret's value is at most 65536 bytes/);
    assert.equal((await keystore("set long", `${longest}xx`)).code, 2);
    assert.equal((await keystore("get long")).stdout, `${longest}\n`);
  });

  it("warns that a value on the command line is seen", async () => {
    const { code, stderr, stdout } = await keystore("set shown --value s3cret-value");
    assert.equal(code, 0);
    assert.match(stderr, /^warning: the value stays in the shell's history/);
    assert.ok(!`${stdout}${stderr}`.includes("s3cret-value"));
  });

  it("lists names and times, deletes, and says what is missing with exit code 1", async () => {
    await keystore("set b --namespace shelf", "listed-value");
    await keystore("set a --namespace shelf", "listed-value");
    const { stdout } = await keystore("list --namespace shelf --json");
    const { secrets } = JSON.parse(stdout) as { secrets: Record<string, string>[] };
    assert.deepEqual(
      secrets.map(({ namespace, name }) => `${namespace}/${name}`),
      ["shelf/a", "shelf/b"],
    );
    assert.match(secrets[0]?.["createdAt"] ?? "", /^\d{4}-.*Z$/);
    assert.match((await keystore("list --namespace shelf")).stdout, /^name +updated +created +key\na .*\nb .*\n$/);
    assert.ok(!stdout.includes("listed-value"));
    assert.equal((await keystore("delete a --namespace shelf")).code, 0);
    for (const action of ["delete", "get"]) {
      const gone = await keystore(`${action} a --namespace shelf`);
      assert.deepEqual([gone.code, gone.stdout], [1, ""]);
      assert.match(gone.stderr, /^error\[secret_missing\]: There is no secret shelf\/a/);
    }
  });

  it("tells who reached for what, newest first", async () => {
    await keystore("set seen --namespace audited", "value");
    await keystore("get seen --namespace audited");
    await keystore("get unseen --namespace audited");
    const { stdout } = await keystore("audit --namespace audited --json");
    const { entries } = JSON.parse(stdout) as { entries: Record<string, string>[] };
    assert.deepEqual(
      entries.map(({ action, outcome, name, actor }) => [action, outcome, name, actor]),
      [
        ["get", "absent", "unseen", `operator ${userInfo().username}`],
        ["get", "ok", "seen", `operator ${userInfo().username}`],
        ["set", "ok", "seen", `operator ${userInfo().username}`],
      ],
    );
    assert.match(
      (await keystore("audit seen --namespace audited --limit 1")).stdout,
      /\n\S+Z +get +ok +audited\/seen /,
    );
  });

  it("rotates: a new key in the file, every secret under it, and the old key no longer needed for them", async () => {
    await keystore("set kept --namespace rotated", "value before");
    const rotated = await keystore("rotate");
    assert.equal(rotated.code, 0);
    assert.match(rotated.stdout, /Added the key k\d{8}-\w+ to .*keys.*\nSealed with k.*\nRestart the workers/);
    const keys = (await readFile(path.join(home, "keys"), "utf8")).split("\n").filter((line) => /^k/.test(line));
    assert.ok(keys.length > 1);
    const newest = { TASKER_KEYS: keys[0] };
    assert.equal((await keystore("get kept --namespace rotated", "", newest)).stdout, "value before");
    const again = await keystore("rotate", "", newest);
    assert.equal(again.code, 0);
    assert.match(again.stdout, /: 0 again.*\n.*make one and write it before the others.*\n.*openssl rand -base64 32/);
    const foreign = await keystore("get kept --namespace rotated", "", { TASKER_KEYS: keys.at(-1) });
    assert.equal(foreign.code, 3);
    assert.match(foreign.stderr, /^error\[key_missing\]/);
    assert.equal((await keystore("rotate", "", { TASKER_KEYS: keys.at(-1) })).code, 1);
  });
});

describe("the options of tasker keystore", () => {
  const wrong: [string, RegExp][] = [
    ["", /Say what to do: set, get/],
    ["sett a", /Did you mean set\?/],
    ["set", /Say which secret/],
    ["set a value", /takes one name/],
    ["set a --value x --file y", /exclude each other/],
    ["get a --value x", /has no option --value/],
    ["list a", /takes no name/],
    ["rotate --namespace x", /has no option --namespace/],
    ["audit --limit 0", /from 1 to 1000/],
    ["audit --limit 1001", /from 1 to 1000/],
    ["audit --limit many", /from 1 to 1000/],
    ["get a --namespce x", /Did you mean --namespace\?/],
  ];
  for (const [line, message] of wrong) {
    it(`refuse "${line}" and say why`, () => {
      const args = line === "" ? [] : line.split(" ");
      assert.throws(
        () => parseKeystoreOptions(args),
        (error: Error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it("never repeat a value that stands where it cannot stand", () => {
    assert.throws(
      () => parseKeystoreOptions(["set", "token", "the-value"]),
      (error: UsageError) => !`${error.message} ${error.hint}`.includes("the-value"),
    );
  });

  it("take names, namespaces and limits in any order", () => {
    assert.deepEqual(parseKeystoreOptions(["--namespace", "n", "set", "a"]), {
      action: "set",
      namespace: "n",
      name: "a",
      source: { from: "stdin" },
    });
    assert.deepEqual(parseKeystoreOptions(["audit", "--limit", "1000"]), {
      action: "audit",
      namespace: undefined,
      name: undefined,
      limit: 1000,
    });
  });
});

import assert from "node:assert/strict";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { findTemporalCli, type TemporalCliSearch } from "./temporalCli.ts";
import { CLI_VERSION, GO_VERSION, isAtLeast } from "./temporalCliVersion.ts";

const root = mkdtempSync(path.join(tmpdir(), "tasker-cli-"));
after(() => rmSync(root, { recursive: true }));

const NEW_ENOUGH = 'echo "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"';

/** A machine of one's own: an empty PATH, an empty cache, and a network whose proxy refuses every connection. */
class Machine {
  readonly folder = mkdtempSync(path.join(root, "machine-"));
  readonly bin = path.join(this.folder, "bin");
  readonly cache = path.join(this.folder, "cache");
  readonly lines: string[] = [];
  readonly environment: NodeJS.ProcessEnv = {
    PATH: this.bin,
    XDG_CACHE_HOME: this.cache,
    HOME: this.folder,
    HTTPS_PROXY: "http://127.0.0.1:1",
  };

  constructor() {
    mkdirSync(this.bin);
    for (const tool of ["sh", "cat", "chmod", "sleep"]) symlinkSync(path.join("/bin", tool), path.join(this.bin, tool));
  }

  program(name: string, script: string): string {
    const file = path.join(this.bin, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** A `go` of this version whose build writes a CLI, after doing `building`. */
  go(version: string, building = "", toolchain = "auto"): void {
    this.program(
      "go",
      `case "$1" in
        version) echo "go version go${version} linux/amd64"; exit 0;;
        env) echo ${toolchain}; exit 0;;
      esac
      echo "$@" >> ${this.folder}/builds
      ${building}
      while [ "$1" != -o ]; do shift; done
      printf '#!/bin/sh\\n${NEW_ENOUGH}\\n' > "$2"`,
    );
  }

  get builds(): string[] {
    const file = path.join(this.folder, "builds");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  find(search: TemporalCliSearch = {}) {
    return findTemporalCli({ environment: this.environment, progress: (line) => this.lines.push(line), ...search });
  }
}

test("the explicit path is taken before anything else, and nothing replaces one that is wrong", async () => {
  const machine = new Machine();
  machine.program("temporal", NEW_ENOUGH);
  const explicit = machine.program("mine", NEW_ENOUGH);
  assert.deepEqual(await machine.find({ explicit }), { path: explicit, source: "environment" });
  for (const wrong of [machine.program("wrong", "echo hello"), path.join(machine.bin, "absent"), machine.bin]) {
    await assert.rejects(machine.find({ explicit: wrong }), {
      code: "temporal_cli_missing",
      message: /TASKER_TEMPORAL_CLI/,
    });
  }
});

test("a new enough temporal on the PATH comes before the cache and before any download", async () => {
  const machine = new Machine();
  machine.go(GO_VERSION);
  await machine.find();
  const file = machine.program("temporal", NEW_ENOUGH);
  assert.deepEqual(await machine.find(), { path: file, source: "PATH" });
});

test("an old temporal on the PATH is passed over, with a line that says so", async () => {
  const machine = new Machine();
  machine.program("temporal", 'echo "temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)"');
  machine.go(GO_VERSION);
  assert.equal((await machine.find()).source, "build");
  assert.match(machine.lines[0]!, /server 1\.25\.0, older than/);
});

test("without a network the Go build begins; the next search takes its result from the cache", async () => {
  const machine = new Machine();
  machine.go(GO_VERSION);
  const built = await machine.find();
  assert.equal(built.source, "build");
  assert.match(machine.lines.join("\n"), /Downloading.*\n.*download failed.*\nBuilding .* with Go/);
  assert.deepEqual(await machine.find(), { path: built.path, source: "cache" });
  assert.equal(machine.builds.length, 1);
  assert.match(machine.builds[0]!, /-mod=readonly/);
  assert.ok(built.path.startsWith(machine.cache) && built.path.includes(CLI_VERSION));
});

test("a network that swallows everything is given up after seconds", async () => {
  const machine = new Machine();
  machine.go(GO_VERSION);
  const silent = net.createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as net.AddressInfo;
  machine.environment["HTTPS_PROXY"] = `http://127.0.0.1:${port}`;
  try {
    assert.equal((await machine.find()).source, "build");
    assert.match(machine.lines.join("\n"), /sent nothing for 5 s/);
  } finally {
    silent.close();
  }
});

test("two searches at once build once", async () => {
  const machine = new Machine();
  machine.go(GO_VERSION, "sleep 0.5");
  const found = await Promise.all([machine.find(), machine.find()]);
  assert.deepEqual(found.map(({ source }) => source).sort(), ["build", "cache"]);
  assert.equal(machine.builds.length, 1);
  assert.match(machine.lines.join("\n"), /Another process is obtaining/);
});

test("the first line comes at once, and more while a build goes on", async () => {
  const machine = new Machine();
  const mayEnd = path.join(machine.folder, "may-end");
  machine.go(GO_VERSION, `echo 'go: downloading example.com v1' >&2; while [ ! -e ${mayEnd} ]; do sleep 0.1; done`);
  let buildsAtFirst: number | undefined;
  const progress = (line: string) => {
    buildsAtFirst ??= machine.builds.length;
    machine.lines.push(line);
    // The build goes on until it has been reported.
    if (/fetching modules, 1 so far, \d+ s/.test(line)) writeFileSync(mayEnd, "");
  };
  await machine.find({ progress });
  assert.equal(buildsAtFirst, 0, "the first line came before the build");
  assert.match(machine.lines.at(-1)!, /^Built the Temporal CLI in \d+ s/);
});

test("a build that fails leaves nothing in the cache, shows Go's own words and every way there is", async () => {
  const machine = new Machine();
  machine.go(GO_VERSION, "echo 'dial tcp: lookup modules.example: no such host' >&2; exit 1");
  await assert.rejects(machine.find(), {
    code: "temporal_cli_missing",
    class: "infrastructure",
    message:
      /download failed[^]*Go build failed[^]*modules\.example[^]*PATH[^]*TASKER_TEMPORAL_CLI[^]*TEMPORAL_ADDRESS/,
  });
  const [folder] = readdirSync(path.join(machine.cache, "tasker"));
  assert.deepEqual(readdirSync(path.join(machine.cache, "tasker", folder!)), ["lock"]);
});

test("without Go, or with one that is too old and cannot fetch a newer one, the message says which is needed", async () => {
  const machine = new Machine();
  await assert.rejects(machine.find(), { message: /Go is not on the PATH/ });
  machine.go("1.19.8");
  await assert.rejects(machine.find(), {
    message: new RegExp(`needs Go ${GO_VERSION} or newer; installed is 1\\.19\\.8\\.`),
  });
  machine.go("1.24.1", "", "local");
  await assert.rejects(machine.find(), { message: /installed is 1\.24\.1, and GOTOOLCHAIN=local keeps it/ });
  machine.go("1.24.1");
  assert.equal((await machine.find()).source, "build");
});

test("versions compare by number", () => {
  assert.ok(isAtLeast("1.31.2", "1.29.0"));
  assert.ok(isAtLeast("1.29", "1.29.0"));
  assert.ok(isAtLeast("2.0", "1.29.9"));
  assert.ok(!isAtLeast("1.9.9", "1.29.0"));
  assert.ok(!isAtLeast("1.26.3", "1.26.4"));
});

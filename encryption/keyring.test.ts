import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { TaskerError } from "../protocol/errors.ts";
import { createCipher } from "./cipher.ts";
import { createKeyring } from "./keyring.ts";
import { formatKey, newKey } from "./parseKeys.ts";

const line = (id: string) => formatKey({ ...newKey(), id });
const keyringModule = new URL("./keyring.ts", import.meta.url).href;

test("a missing key file is made with one key that only its owner can open, once something is to be sealed", (t) => {
  const keyFile = path.join(folder(t), "home", "keys");
  const keyring = createKeyring({ keyFile });
  assert.deepEqual(keyring.ids(), []);
  assert.throws(() => keyring.key("lost", "store"), hasCode("key_missing", /"lost".*it has: no key/));
  assert.throws(() => statSync(keyFile), "reading makes no file");
  const id = keyring.sealingId();
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(keyFile)).mode & 0o777, 0o700);
  assert.deepEqual(createKeyring({ keyFile }).ids(), [id]);
  assert.deepEqual(readdirSync(path.dirname(keyFile)), ["keys"]);
});

test("processes that start at once end with the same key", async (t) => {
  const keyFile = path.join(folder(t), "keys");
  const script = `import { createKeyring } from ${JSON.stringify(keyringModule)};
    console.log(createKeyring({ keyFile: ${JSON.stringify(keyFile)} }).sealingId());`;
  const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const ids = (await Promise.all(Array.from({ length: 6 }, run))).map(({ stdout }) => stdout.trim());
  assert.equal(new Set(ids).size, 1, ids.join(" "));
  assert.deepEqual(createKeyring({ keyFile }).ids(), [ids[0]]);
  assert.deepEqual(readdirSync(path.dirname(keyFile)), ["keys"]);
});

test("a rotation puts a new key first; a process that runs finds it at the first value that it sealed", (t) => {
  const keyFile = path.join(folder(t), "keys");
  const operator = createKeyring({ keyFile });
  const running = createKeyring({ keyFile });
  const old = running.sealingId();
  const id = operator.rotate();
  assert.deepEqual(operator.ids(), [id, old]);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  assert.equal(running.sealingId(), old);
  const sealed = createCipher(operator, "payloads").seal(Buffer.from("x"), "c");
  assert.equal(Buffer.from(createCipher(running, "payloads").open(sealed, "c")).toString(), "x");
  assert.equal(running.sealingId(), id, "from then on it seals with the new one");
  assert.match(readFileSync(keyFile, "utf8"), /^# Keys of Tasker/);
});

test("rotations at once lose no key: one is refused while another goes on", async (t) => {
  const keyFile = path.join(folder(t), "keys");
  const first = createKeyring({ keyFile }).sealingId();
  const script = `import { createKeyring } from ${JSON.stringify(keyringModule)};
    try { console.log(createKeyring({ keyFile: ${JSON.stringify(keyFile)} }).rotate()); } catch (error) { console.error(error.message); }`;
  const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const ends = await Promise.all(Array.from({ length: 6 }, run));
  const made = ends.map(({ stdout }) => stdout.trim()).filter((id) => id !== "");
  assert.deepEqual([...createKeyring({ keyFile }).ids()].sort(), [...made, first].sort());
  for (const { stdout, stderr } of ends) assert.ok(stdout !== "" || /another rotation goes on/.test(stderr), stderr);
});

test("what a cut-short rotation left is named, and the keys stay as they are", (t) => {
  const keyFile = path.join(folder(t), "keys");
  const keyring = createKeyring({ keyFile });
  const id = keyring.sealingId();
  writeFileSync(`${keyFile}.new`, "");
  assert.throws(() => keyring.rotate(), hasCode("keys_invalid", /keys\.new is there/));
  assert.deepEqual(createKeyring({ keyFile }).ids(), [id]);
});

test("a rotation keeps a link to the file, and the file's comments", (t) => {
  const home = folder(t);
  const [file, keyFile] = [path.join(home, "real"), path.join(home, "link")];
  const before = line("a");
  writeFileSync(file, `# mine\n\n${before}\n# the end`, { mode: 0o600 });
  symlinkSync(file, keyFile);
  const keyring = createKeyring({ keyFile });
  const id = keyring.rotate();
  assert.match(readFileSync(file, "utf8"), new RegExp(`^# mine\n\n${id}:.{44}\n`));
  assert.ok(readFileSync(file, "utf8").endsWith(`${before}\n# the end`));
  assert.deepEqual(readdirSync(home).sort(), ["link", "real"]);
});

const BAD: [string, RegExp][] = [
  ["just words", /line 1: a key is written ID:BASE64/],
  [`${line("a")}\n:${line("").slice(1)}`, /line 2: a key is written ID:BASE64/],
  ["a b:AAAA", /line 1: a key is written/],
  ["a:***", /line 1: what follows "a:" is not base64/],
  [`a:${Buffer.alloc(16, 7).toString("base64")}`, /the key "a" has 16 bytes; it must have 32/],
  [`a:${Buffer.alloc(33, 7).toString("base64")}`, /the key "a" has 33 bytes/],
  [`${line("a")}\n\n${line("a")}`, /line 3: there are two keys with the id "a"/],
  ["# nothing but a comment\n", /has no key/],
  ["", /has no key/],
];

test("a key file that is not in order is refused, by line, and without showing a key", (t) => {
  const keyFile = path.join(folder(t), "keys");
  for (const [content, message] of BAD) {
    writeFileSync(keyFile, content, { mode: 0o600 });
    for (const use of [
      (k: ReturnType<typeof createKeyring>) => k.sealingId(),
      (k: ReturnType<typeof createKeyring>) => k.rotate(),
    ]) {
      assert.throws(
        () => use(createKeyring({ keyFile })),
        (error) => {
          assert.ok(hasCode("keys_invalid", message)(error), String(error));
          const { message: said } = error as Error;
          for (const [, base64] of content.matchAll(/:(\S{20,})/g)) assert.ok(!said.includes(base64!), said);
          return true;
        },
      );
    }
    assert.equal(readFileSync(keyFile, "utf8"), content, "a file that was there is never replaced");
    assert.deepEqual(readdirSync(path.dirname(keyFile)), ["keys"]);
  }
});

test("a key file that others can open is refused with the command that helps", (t) => {
  const keyFile = path.join(folder(t), "keys");
  writeFileSync(keyFile, line("a"));
  for (const mode of [0o644, 0o640, 0o620, 0o602, 0o660]) {
    chmodSync(keyFile, mode);
    assert.throws(() => createKeyring({ keyFile }).sealingId(), hasCode("keys_invalid", /mode 6\d\d.*chmod 600/));
  }
  chmodSync(keyFile, 0o400);
  assert.equal(createKeyring({ keyFile }).sealingId(), "a");
});

test("TASKER_KEYS goes before the file, seals with its first key, and is checked at once", () => {
  const keyring = createKeyring({ keys: ` ${line("new")} , ${line("old")}`, keyFile: "/nowhere/keys" });
  assert.equal(keyring.sealingId(), "new");
  assert.deepEqual(keyring.ids(), ["new", "old"]);
  assert.throws(
    () => keyring.key("lost", "store"),
    hasCode("key_missing", /TASKER_KEYS does not have \(it has: new, old\)/),
  );
  assert.throws(() => keyring.rotate(), hasCode("keys_invalid", /come from TASKER_KEYS/));
  for (const keys of ["", "a", `${line("a")},`, "a:AAAA"]) {
    assert.throws(
      () => createKeyring({ keys, keyFile: "/nowhere/keys" }),
      hasCode("keys_invalid", /TASKER_KEYS/),
      keys,
    );
  }
});

test("no purpose has another's key, nor the raw one", () => {
  const raw = newKey();
  const keyring = createKeyring({ keys: formatKey(raw), keyFile: "/nowhere/keys" });
  const derived = (["payloads", "store", "keystore"] as const).map((purpose) => keyring.key(raw.id, purpose));
  const hex = [raw.bytes, ...derived].map((key) => Buffer.from(key).toString("hex"));
  assert.equal(new Set(hex).size, 4);
  for (const key of derived) assert.equal(key.length, 32);
});

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), "tasker-keys-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function hasCode(code: string, message = /./) {
  return (error: unknown) => error instanceof TaskerError && error.code === code && message.test(error.message);
}

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { tryLock, waitForLock } from "./kernelLock.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tasker-lock-"));
after(() => rmSync(folder, { recursive: true }));
const module = JSON.stringify(path.join(import.meta.dirname, "kernelLock.ts"));

/** A process that tries the lock, says whether it has it, and stays. */
async function contender(file: string): Promise<{ process: ChildProcess; won: boolean }> {
  const script = `
    const { tryLock } = await import(${module});
    console.log(tryLock(${JSON.stringify(file)}) !== undefined);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { process: child, won: line.toString().trim() === "true" };
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

test("a lock has one holder, within a process too, until it is released", () => {
  const file = path.join(folder, "one");
  const lock = tryLock(file);
  assert.ok(lock);
  assert.equal(tryLock(file), undefined);
  assert.equal(tryLock(file, "shared"), undefined);
  lock.release();
  lock.release();
  const again = tryLock(file);
  assert.ok(again);
  again.release();
});

test("of six processes that start at once one wins", async () => {
  const contenders = await Promise.all(Array.from({ length: 6 }, () => contender(path.join(folder, "race"))));
  assert.equal(contenders.filter(({ won }) => won).length, 1);
  await Promise.all(contenders.map((each) => killed(each.process)));
});

test("the lock of a holder that is killed is free at once", async () => {
  const file = path.join(folder, "killed");
  const holder = await contender(file);
  assert.ok(holder.won);
  assert.equal(tryLock(file), undefined);
  let waited = false;
  const next = waitForLock(file, () => (waited = true));
  await killed(holder.process);
  (await next).release();
  assert.ok(waited);
});

test("shared holders exclude the exclusive one and not each other", () => {
  const file = path.join(folder, "shared");
  const [first, second] = [tryLock(file, "shared"), tryLock(file, "shared")];
  assert.ok(first && second);
  assert.equal(tryLock(file), undefined);
  first.release();
  assert.equal(tryLock(file), undefined);
  second.release();
  const exclusive = tryLock(file);
  assert.ok(exclusive);
  exclusive.release();
});

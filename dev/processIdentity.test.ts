import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { endProcessGroup, identify, isRunning } from "./processIdentity.ts";

test("a process with the number of an earlier one is not taken for it, nor touched", async () => {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  await once(child, "spawn");
  const identity = identify(child.pid!)!;
  assert.ok(isRunning(identity));
  await endProcessGroup({ ...identity, started: "an earlier boot:1" }, 0);
  assert.ok(isRunning(identity));

  const ended = once(child, "exit");
  await endProcessGroup(identity, 5_000);
  assert.deepEqual(await ended, [null, "SIGTERM"]);
  assert.equal(isRunning(identity), false);
});

test("a process that ignores SIGTERM is killed when the grace is over", async () => {
  const child = spawn("sh", ["-c", "trap '' TERM; echo; while :; do sleep 0.05; done"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout, "data");
  const ended = once(child, "exit");
  await endProcessGroup(identify(child.pid!)!, 100);
  assert.deepEqual(await ended, [null, "SIGKILL"]);
});

test("a number that no process has is nobody", () => {
  assert.equal(identify(2 ** 22 + 1), undefined);
});

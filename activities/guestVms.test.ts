import assert from "node:assert/strict";
import { test } from "node:test";
import type { PinnedRun } from "../protocol/activities.ts";
import type { Store } from "../protocol/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { GuestVms } from "./guestVms.ts";
import type { Sandboxes } from "./sandboxes.ts";
import type { Registry } from "./tools/registry.ts";

const RUN = { taskRunId: "run", firstRunId: "first" };
const PINNED = { task: "task", version: "v", engine: "e", depth: 1, inflightCommands: 1 } satisfies PinnedRun;

function fixture() {
  const inSandbox = new Set<string>();
  const sandbox = {
    has: (token: string) => inSandbox.has(token),
    rename: (from: string, to: string) => {
      if (inSandbox.delete(from)) inSandbox.add(to);
    },
  } as Partial<Sandbox> as Sandbox;
  const sandboxes = { for: () => Promise.resolve(sandbox) } as Partial<Sandboxes> as Sandboxes;
  const vms = new GuestVms({ sandboxes, store: {} as Store, registry: {} as Registry });
  const made = async () => {
    const vm = await vms.create({ run: RUN, pinned: PINNED });
    inSandbox.add(vm.token);
    return vm;
  };
  return { vms, inSandbox, made };
}

test("a VM is known by its newest token only, and keeps the secrets that it was told", async () => {
  const { vms, made } = fixture();
  const vm = await made();
  vm.secrets.add(["secret"]);
  const first = vm.token;
  vms.keep(vm);
  const taken = vms.take(first);
  assert.equal(taken?.hide("a secret"), "a ***");
  assert.notEqual(taken.token, first);
  assert.equal(vms.take(first), undefined);
  assert.equal(vms.take(taken.token), undefined, "a step has it");
  vms.keep(taken);
  assert.equal(vms.take(taken.token), taken);
});

test("a VM that its sandbox has evicted is gone, and is forgotten", async () => {
  const { vms, inSandbox, made } = fixture();
  const evicted = await made();
  vms.keep(evicted);
  inSandbox.delete(evicted.token);
  assert.equal(vms.take(evicted.token), undefined);
  for (let i = 0; i < 1_000; i++) {
    const vm = await made();
    vms.keep(vm);
    inSandbox.delete(vm.token);
  }
  assert.ok(vms.size <= 101, `${vms.size} are kept`);
  const ended = await vms.create({ run: RUN, pinned: PINNED });
  vms.keep(ended);
  assert.equal(vms.take(ended.token), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { OpenedSecrets } from "./openedSecrets.ts";
import { VmSecrets } from "./vmSecrets.ts";

test("what a VM is told is hidden from then on", () => {
  const secrets = new VmSecrets();
  assert.equal(secrets.isEmpty, true);
  assert.equal(secrets.hide("the first one"), "the first one");
  secrets.add(["first"]);
  assert.equal(secrets.hide("the first one"), "the *** one");
  secrets.add(["second"]);
  assert.equal(secrets.hide("first and second"), "*** and ***");
  assert.deepEqual(secrets.find("the second"), ["second"]);
  assert.deepEqual(secrets.all, ["first", "second"]);
});

test("a VM is told secrets up to the bound; one more, and everything that it writes counts as secret", () => {
  const secrets = new VmSecrets();
  const half = LIMITS.maskedBytes / 2;
  secrets.add(["a".repeat(half), "b".repeat(half)]);
  assert.equal(secrets.hide("harmless"), "harmless");
  assert.deepEqual(secrets.find("harmless"), []);
  secrets.add(["cccc"]);
  assert.equal(secrets.hide("harmless"), "***");
  assert.equal(secrets.hide(""), "");
  assert.equal(secrets.find("harmless"), "all");
  assert.equal(secrets.all, "all");
  assert.equal(secrets.isEmpty, false);
  // Whoever is handed something by it is as careful.
  const child = new VmSecrets();
  child.add(secrets.all);
  assert.equal(child.hide("harmless"), "***");
});

test("the same secret told again takes no more room", () => {
  const secrets = new VmSecrets();
  for (let time = 0; time < 10; time++) secrets.add(["a".repeat(LIMITS.maskedBytes)]);
  assert.equal(secrets.hide("harmless"), "harmless");
});

test("a process hides what it has opened, and forgets what was opened longest ago once there is too much", () => {
  const opened = new OpenedSecrets();
  assert.equal(opened.hide("first"), "first");
  opened.add("first");
  opened.add("second");
  assert.equal(opened.hide("first second"), "*** ***");
  const half = LIMITS.maskedBytes / 2;
  opened.add("x".repeat(half - "first".length));
  opened.add("first");
  assert.equal(opened.hide("first second"), "*** ***");
  opened.add("y".repeat(half));
  assert.equal(opened.hide("first second"), "*** second");
});

/** As a task may make it: 64 KiB of JSON that holds thousands of short strings. */
function crowded(run: number): string {
  return JSON.stringify(Array.from({ length: 4000 }, (_, i) => `${run}-${i}-abcd`));
}

test("a secret that is written in more ways than a mask looks for: all that the VM writes counts as secret", () => {
  const secrets = new VmSecrets();
  secrets.add(["harmless so far"]);
  assert.equal(secrets.all.length, 1);
  secrets.add([crowded(1)]);
  assert.equal(secrets.all, "all");
  assert.equal(secrets.hide("harmless"), "***");
});

test("secrets of many forms have a process forget others, and take their place", () => {
  const opened = new OpenedSecrets();
  opened.add("first");
  opened.add(crowded(1));
  assert.equal(opened.hide("first, 1-7-abcd"), "***, ***");
  opened.add(crowded(2));
  assert.equal(opened.hide("first, 1-7-abcd, 2-7-abcd"), "first, ***, ***");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { fc, fuzz, oddText } from "../../test/support/fuzz.ts";
import { createMask } from "./mask.ts";
import { OpenedSecrets } from "./openedSecrets.ts";
import { VmSecrets } from "./vmSecrets.ts";

const secret = oddText(["pass", "word", "\n", "%20"], 10).filter(
  (text) => text.length >= LIMITS.maskedCharacters && !"***".includes(text.trim()),
);
/** Texts that hold the secrets whole, and parts of them. */
const texts = fc
  .tuple(fc.array(secret, { minLength: 1, maxLength: 4 }), oddText(["user:", "pass"], 10), oddText([], 10))
  .map(([secrets, before, after]) => ({ secrets, before, after }));

test("a masked text holds no secret, however it is written, and all masks agree", async (t) => {
  await fuzz(t, 2000, texts, ({ secrets, before, after }) => {
    const mask = createMask(secrets);
    for (const each of secrets) {
      for (const written of [
        each,
        JSON.stringify(each),
        encodeURIComponent(each.toWellFormed()),
        Buffer.from(each).toString("base64"),
      ]) {
        const text = before + written + after;
        const hidden = mask.hide(text);
        assert(!hidden.includes(each), JSON.stringify({ text, hidden }));
        const found = mask.find(text);
        assert(found === "all" || written !== each || found.includes(each));
      }
    }
  });
});

test("a text without a secret stays as it is", async (t) => {
  const own = fc.tuple(fc.array(secret, { maxLength: 4 }), oddText(["pass"], 20));
  await fuzz(t, 3000, own, ([secrets, text]) => {
    const mask = createMask(secrets);
    if (mask.find(text).length === 0) assert.equal(mask.hide(text), text);
    else assert(mask.hide(text).includes("***"));
  });
});

test("the search in slices finds what the search in one piece finds", async (t) => {
  await fuzz(t, 20, texts, async ({ secrets, before, after }) => {
    const mask = createMask(secrets);
    const text = [before, ...secrets, after].join("filling ".repeat(15_000));
    assert.deepEqual(await mask.findInSlices(text), mask.find(text));
  });
});

test("a VM's and a process's secrets are masked alike", async (t) => {
  await fuzz(t, 1000, texts, ({ secrets, before, after }) => {
    const vm = new VmSecrets();
    vm.add(secrets);
    const opened = new OpenedSecrets();
    for (const each of secrets) opened.add(each);
    for (const each of secrets) {
      assert(!vm.hide(before + each + after).includes(each));
      assert(!opened.hide(before + each + after).includes(each));
    }
  });
});

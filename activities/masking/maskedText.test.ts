import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { quoted, safeText, utf8Length } from "../../protocol/text.ts";
import { createMask } from "./mask.ts";
import { maskedLine, maskedText, shorter } from "./maskedText.ts";

const SECRET = 'Pä$$wörd "quoted" 0123456789-abcdefghijklmnopqrstuvwxyz';
const mask = createMask([SECRET]);
const hide = (text: string): string => mask.hide(text);

/** The longest beginning of the secret that is in the text, as it is or as JSON writes it. */
function partIn(text: string): number {
  for (let length = SECRET.length; length > 0; length--) {
    const part = SECRET.slice(0, length);
    if (text.includes(part) || text.includes(JSON.stringify(part).slice(1, -1))) return length;
  }
  return 0;
}

describe("a text that leaves an activity", () => {
  test("holds no part of a secret, wherever it is cut", () => {
    for (let bytes = 1; bytes < 120; bytes++) {
      const shown = maskedText(hide, `before ${SECRET} after`, bytes);
      assert.ok(partIn(shown) < LIMITS.maskedCharacters, `${bytes}: ${shown}`);
      assert.ok(utf8Length(shown) <= bytes);
      assert.ok(partIn(shorter(maskedText(hide, SECRET, 200), bytes)) < LIMITS.maskedCharacters);
      assert.ok(partIn(maskedLine(hide, `a\nb ${SECRET}`, bytes)) < LIMITS.maskedCharacters);
    }
  });

  test("holds no part of a secret that a message had cut or quoted before", () => {
    for (let bytes = 1; bytes < 120; bytes++) {
      for (const cut of [safeText(SECRET, bytes), quoted(SECRET, bytes), quoted(`x ${SECRET}`, bytes)]) {
        const shown = maskedText(hide, `There is no option ${cut}; try another.`, 2000);
        assert.ok(partIn(shown) < LIMITS.maskedCharacters + 1, `${bytes}: ${shown}`);
      }
    }
  });

  test("is read up to a bound, and what is left of a secret there is hidden", () => {
    for (let before = 370; before <= 400; before++) {
      const shown = maskedText(hide, "\0".repeat(before) + SECRET, 100);
      assert.ok(partIn(shown) < LIMITS.maskedCharacters);
    }
  });
});

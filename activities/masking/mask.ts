import { LIMITS } from "../../protocol/limits.ts";
import { formsOf } from "./forms.ts";

/** Finds secrets in texts. */
export interface Mask {
  /** The text with `***` in every place of a secret. */
  hide(text: string): string;
  /** The secrets that the text holds. */
  find(text: string): readonly string[];
}

export const NO_MASK: Mask = { hide: (text) => text, find: () => [] };

const HIDDEN = "***";

interface Form {
  readonly text: string;
  readonly secret: string;
}

/**
 * A mask of these secrets in all their forms (see formsOf). A text is read once, however many there are:
 * only where four characters in a row may begin one is it compared.
 */
export function createMask(secrets: Iterable<string>): Mask {
  const byBeginning = new Map<number, Form[]>();
  for (const secret of new Set(secrets)) {
    for (const text of formsOf(secret)) {
      const forms = byBeginning.get(beginning(text, 0));
      if (forms === undefined) byBeginning.set(beginning(text, 0), [{ text, secret }]);
      else forms.push({ text, secret });
    }
  }
  if (byBeginning.size === 0) return NO_MASK;
  const filter = new Uint8Array(FILTER_SIZE);
  for (const hash of byBeginning.keys()) filter[hash] = 1;

  function* places(text: string): Generator<{ at: number; form: Form }> {
    for (let at = 0; at + LIMITS.maskedCharacters <= text.length; at++) {
      const hash = beginning(text, at);
      if (filter[hash] === 0) continue;
      for (const form of byBeginning.get(hash) ?? []) if (text.startsWith(form.text, at)) yield { at, form };
    }
  }

  return {
    hide(text) {
      let shown = "";
      let hiddenTo = -1;
      for (const { at, form } of places(text)) {
        // Secrets may overlap: one mark stands for what they cover together.
        if (at > hiddenTo) shown += text.slice(Math.max(0, hiddenTo), at) + HIDDEN;
        hiddenTo = Math.max(hiddenTo, at + form.text.length);
      }
      return shown + text.slice(Math.max(0, hiddenTo));
    },
    find: (text) => [...new Set([...places(text)].map(({ form }) => form.secret))],
  };
}

const FILTER_SIZE = 65_536;

/** A hash of the four characters at `at`, of 16 bits. */
function beginning(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + LIMITS.maskedCharacters; i++) hash = (hash * 31 + text.charCodeAt(i)) & (FILTER_SIZE - 1);
  return hash;
}

import { LIMITS } from "../../protocol/limits.ts";
import { formsOf } from "./forms.ts";

/** Secrets that a text holds, or that a VM has been told; `all` where they cannot be told apart. */
export type Secrets = readonly string[] | "all";

/** Finds secrets in texts. */
export interface Mask {
  /** The text with `***` in every place of a secret. */
  hide(text: string): string;
  /** The secrets that the text holds. */
  find(text: string): Secrets;
}

export const NO_MASK: Mask = { hide: (text) => text, find: () => [] };

export const HIDDEN = "***";

interface Form {
  readonly text: string;
  readonly secret: string;
}

/** A mask that secrets can be added to. */
export interface GrowingMask extends Mask {
  /** Whether all of it can be found: a mask has `LIMITS.maskedForms` forms at most. */
  add(secret: string): boolean;
}

/**
 * A mask of these secrets in all their forms (see formsOf). A text is read once, however many they are: only where four
 * characters in a row may begin one is it compared. A text that was made to need more than that counts as secret whole.
 */
export function createMask(secrets: Iterable<string> = []): GrowingMask {
  const byBeginning = new Map<number, Form[]>();
  const filter = new Uint8Array(FILTER_SIZE);
  let size = 0;

  /** Tells of every place, in their order; false when it takes too long to tell. Places may be as many as characters. */
  function scan(text: string, tell: (at: number, form: Form) => void): boolean {
    let work = WORK + WORK_PER_CHARACTER * text.length;
    let hash = 0;
    for (let end = 0; end < text.length; end++) {
      hash = roll(hash, text.charCodeAt(end));
      const at = end + 1 - LIMITS.maskedCharacters;
      if (filter[hash] === 0 || at < 0) continue;
      for (const form of byBeginning.get(hash) ?? []) {
        const same = commonLength(text, at, form.text);
        if (same === form.text.length || isCutOff(text, at + same)) tell(at, form);
        work -= same + 1;
      }
      if (work < 0) return false;
    }
    return true;
  }

  const mask: GrowingMask = {
    add(secret) {
      for (const text of formsOf(secret)) {
        if (size === LIMITS.maskedForms) return false;
        size++;
        const hash = beginningOf(text);
        filter[hash] = 1;
        const forms = byBeginning.get(hash);
        if (forms === undefined) byBeginning.set(hash, [{ text, secret }]);
        else forms.push({ text, secret });
      }
      return true;
    },

    hide(text) {
      if (size === 0) return text;
      let shown = "";
      let hiddenTo = -1;
      const told = scan(text, (at, form) => {
        // Secrets may overlap: one mark stands for what they cover together.
        if (at > hiddenTo) shown += text.slice(Math.max(0, hiddenTo), at) + HIDDEN;
        hiddenTo = Math.max(hiddenTo, at + form.text.length);
      });
      return told ? shown + text.slice(Math.max(0, hiddenTo)) : HIDDEN;
    },

    find(text) {
      if (size === 0) return [];
      const found = new Set<string>();
      return scan(text, (_at, form) => found.add(form.secret)) ? [...found] : "all";
    },
  };
  for (const secret of new Set(secrets)) mask.add(secret);
  return mask;
}

/** Comparisons of single characters that a text may take: some nanoseconds each, on the worker's main thread. */
const WORK = 1_000_000;
const WORK_PER_CHARACTER = 4;

/** How many characters of the text from `at` on are those of the form. A form whose end is another shares 0. */
function commonLength(text: string, at: number, form: string): number {
  const end = at + form.length;
  if (end <= text.length && text.charCodeAt(end - 1) !== form.charCodeAt(form.length - 1)) return 0;
  let same = 0;
  while (same < form.length && text.charCodeAt(at + same) === form.charCodeAt(same)) same++;
  return same;
}

/** A line or a message that was too long ends in an ellipsis, and may end in the middle of a secret. */
function isCutOff(text: string, at: number): boolean {
  return at === text.length - 1 && text.endsWith("…");
}

const FILTER_SIZE = 65_536;

/** A hash of 16 bits that depends on the last four characters alone: earlier ones were shifted out. */
function roll(hash: number, unit: number): number {
  return ((hash << 4) ^ unit) & (FILTER_SIZE - 1);
}

function beginningOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < LIMITS.maskedCharacters; i++) hash = roll(hash, text.charCodeAt(i));
  return hash;
}

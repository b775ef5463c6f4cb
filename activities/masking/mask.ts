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

interface Place {
  readonly at: number;
  readonly form: Form;
}

/**
 * A mask of these secrets in all their forms (see formsOf). A text is read once, however many they are: only where four
 * characters in a row may begin one is it compared. A text that was made to need more than that counts as secret whole.
 */
export function createMask(secrets: Iterable<string>): Mask {
  const byBeginning = new Map<number, Form[]>();
  for (const secret of new Set(secrets)) {
    for (const text of formsOf(secret)) {
      const hash = beginningOf(text);
      const forms = byBeginning.get(hash);
      if (forms === undefined) byBeginning.set(hash, [{ text, secret }]);
      else forms.push({ text, secret });
    }
  }
  if (byBeginning.size === 0) return NO_MASK;
  const filter = new Uint8Array(FILTER_SIZE);
  for (const hash of byBeginning.keys()) filter[hash] = 1;

  /** In their order; undefined when it takes too long to tell. */
  function placesIn(text: string): Place[] | undefined {
    const places: Place[] = [];
    let work = WORK + WORK_PER_CHARACTER * text.length;
    let hash = 0;
    for (let end = 0; end < text.length; end++) {
      hash = roll(hash, text.charCodeAt(end));
      const at = end + 1 - LIMITS.maskedCharacters;
      if (filter[hash] === 0 || at < 0) continue;
      for (const form of byBeginning.get(hash) ?? []) {
        const same = commonLength(text, at, form.text);
        if (same === form.text.length || isCutOff(text, at + same)) places.push({ at, form });
        work -= same + 1;
      }
      if (work < 0) return undefined;
    }
    return places;
  }

  return {
    hide(text) {
      const places = placesIn(text);
      if (places === undefined) return HIDDEN;
      let shown = "";
      let hiddenTo = -1;
      for (const { at, form } of places) {
        // Secrets may overlap: one mark stands for what they cover together.
        if (at > hiddenTo) shown += text.slice(Math.max(0, hiddenTo), at) + HIDDEN;
        hiddenTo = Math.max(hiddenTo, at + form.text.length);
      }
      return shown + text.slice(Math.max(0, hiddenTo));
    },

    find(text) {
      const places = placesIn(text);
      return places === undefined ? "all" : [...new Set(places.map(({ form }) => form.secret))];
    },
  };
}

/** Comparisons of single characters that a text may take: some nanoseconds each, on the worker's main thread. */
const WORK = 1_000_000;
const WORK_PER_CHARACTER = 20;

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

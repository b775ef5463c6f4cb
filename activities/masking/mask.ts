import { LIMITS } from "../../protocol/limits.ts";
import { ELLIPSIS } from "../../protocol/text.ts";
import type { Secrets } from "../../protocol/value.ts";
import { TimeSlice } from "../sliced/timeSlice.ts";
import { formsOf } from "./forms.ts";

/** Finds secrets in texts. */
export interface Mask {
  /** The text with `***` in every place of a secret. */
  hide(text: string): string;
  /** The secrets that the text holds. */
  find(text: string): Secrets;
  /** The same for a text of any size: the event loop turns meanwhile. */
  findInSlices(text: string): Promise<Secrets>;
}

export const NO_MASK: Mask = { hide: (text) => text, find: () => [], findInSlices: () => Promise.resolve([]) };

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
 * characters in a row may begin one is it compared. Upper and lower case count as the same, because host names, methods and
 * header names change it. A text that was made to need more than that counts as secret whole.
 */
export function createMask(secrets: Iterable<string> = []): GrowingMask {
  const byBeginning = new Map<number, Form[]>();
  const filter = new Uint8Array(FILTER_SIZE);
  let size = 0;

  /**
   * Tells of every place, in their order; the last value is false when it takes too long to tell. Places may be as many as
   * characters. Each step reads a part of the text.
   */
  function* scan(text: string, tell: (at: number, end: number, form: Form) => void): Generator<void, boolean> {
    let work = WORK + WORK_PER_CHARACTER * text.length;
    const isCut = text.includes(CUT);
    let hash = 0;
    for (let end = 0; end < text.length; end++) {
      if (end % PART === PART - 1) yield;
      hash = roll(hash, folded(text.charCodeAt(end)));
      const at = end + 1 - LIMITS.maskedCharacters;
      if (filter[hash] === 0 || at < 0) continue;
      for (const form of byBeginning.get(hash) ?? []) {
        if (isCut || mayEnd(text, at, form.text)) {
          const same = commonLength(text, at, form.text);
          if (same === form.text.length) tell(at, at + same, form);
          // What was too long ends in an ellipsis, and may end in the middle of a secret.
          else if (isCut && same >= LIMITS.maskedCharacters && text[at + same] === CUT) tell(at, at + same + 1, form);
          work -= same;
        }
        work--;
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
      const told = atOnce(
        scan(text, (at, end) => {
          // Secrets may overlap: one mark stands for what they cover together.
          if (at > hiddenTo) shown += text.slice(Math.max(0, hiddenTo), at) + HIDDEN;
          hiddenTo = Math.max(hiddenTo, end);
        }),
      );
      return told ? shown + text.slice(Math.max(0, hiddenTo)) : HIDDEN;
    },

    find(text) {
      if (size === 0) return [];
      const found = new Set<string>();
      return atOnce(scan(text, (_at, _end, form) => found.add(form.secret))) ? [...found] : "all";
    },

    async findInSlices(text) {
      if (size === 0 || text.length < PART) return mask.find(text);
      const found = new Set<string>();
      const slice = new TimeSlice();
      const parts = scan(text, (_at, _end, form) => found.add(form.secret));
      for (;;) {
        await slice.pause();
        const part = parts.next();
        if (part.done) return part.value ? [...found] : "all";
      }
    },
  };
  for (const secret of new Set(secrets)) mask.add(secret);
  return mask;
}

function atOnce(parts: Generator<void, boolean>): boolean {
  for (;;) {
    const part = parts.next();
    if (part.done) return part.value;
  }
}

/** Characters between two steps of a scan: some milliseconds where many places have to be compared. */
const PART = 32 * 1024;

/** Comparisons of single characters that a text may take: some nanoseconds each, on the worker's main thread. */
const WORK = 1_000_000;
const WORK_PER_CHARACTER = 4;

/** What `safeText` and the VM end a text with that they cut. */
const CUT = ELLIPSIS;

/** Whether the form's last character is where it would end: most are told apart by it. */
function mayEnd(text: string, at: number, form: string): boolean {
  return folded(text.charCodeAt(at + form.length - 1)) === folded(form.charCodeAt(form.length - 1));
}

/** How many characters of the text from `at` on are those of the form. */
function commonLength(text: string, at: number, form: string): number {
  let same = 0;
  while (same < form.length && folded(text.charCodeAt(at + same)) === folded(form.charCodeAt(same))) same++;
  return same;
}

/** Each UTF-16 unit in lower case; NaN, past a text's end, stays NaN and equals nothing. */
function folded(unit: number): number {
  return LOWER[unit] ?? unit;
}

const LOWER = Uint16Array.from({ length: 65_536 }, (_, unit) => {
  const lower = String.fromCharCode(unit).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
});

const FILTER_SIZE = 65_536;

/** A hash of 16 bits that depends on the last four characters alone: earlier ones were shifted out. */
function roll(hash: number, unit: number): number {
  return ((hash << 4) ^ unit) & (FILTER_SIZE - 1);
}

function beginningOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < LIMITS.maskedCharacters; i++) hash = roll(hash, folded(text.charCodeAt(i)));
  return hash;
}

import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { KeptSnapshot, KeptStep, KeptSteps } from "../protocol/step.ts";

/** `[now, digest, settled, held?]`; the digest as base64, call numbers as ranges: a step takes some 70 bytes. */
type StepText = readonly [now: number, digest: string, settled: string, held?: 1];

interface Text {
  readonly engine: string;
  readonly steps: readonly StepText[];
  readonly snapshots?: readonly KeptSnapshot[];
}

/** Steps as the compact JSON of one row. */
export function stepsText({ engine, steps, snapshots }: KeptSteps): string {
  const text: Text = {
    engine,
    steps: steps.map(({ now, digest, settled, held }) => {
      const step = [now, Buffer.from(digest, "hex").toString("base64url"), rangesOf(settled)] as const;
      return held === true ? [...step, 1] : step;
    }),
    ...(snapshots.length === 0 ? {} : { snapshots }),
  };
  return JSON.stringify(text);
}

/** What `stepsText` was given. @throws TaskerError `journal_mismatch` when the text is something else */
export function readStepsText(first: number, text: string): KeptSteps {
  try {
    const { engine, steps, snapshots = [] } = JSON.parse(text) as Text;
    return { first, engine, steps: steps.map(readStep), snapshots };
  } catch (cause) {
    const message = `The journal cannot be read from step ${first} on: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new TaskerError(taskError(CODES.journalMismatch, message), { retryable: false, cause });
  }
}

function readStep([now, digest, settled, held]: StepText): KeptStep {
  const hex = Buffer.from(digest, "base64url").toString("hex");
  if (typeof now !== "number" || hex.length !== 64) throw new Error("a step has no time or no digest");
  return { now, settled: readRanges(settled), ...(held === 1 ? { held: true } : {}), digest: hex };
}

/** `3,7-9`: numbers in their order, where those that follow each other are one range. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at < numbers.length;) {
    const from = numbers[at] ?? 0;
    let length = 1;
    while (numbers[at + length] === from + length) length++;
    ranges.push(length === 1 ? `${from}` : `${from}-${from + length - 1}`);
    at += length;
  }
  return ranges.join(",");
}

function readRanges(text: string): number[] {
  if (text === "") return [];
  return text.split(",").flatMap((range) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (first === undefined || last === undefined) throw new Error("its calls are not numbers");
    const length = Number(last) - Number(first) + 1;
    return Array.from({ length }, (_, index) => Number(first) + index);
  });
}

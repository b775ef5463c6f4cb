import { createHash } from "node:crypto";

/** Tokens of a text, by the rule of thumb: four characters each. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** The same number for the same parts, from 0 to 2^32 - 1. */
export function hashOf(...parts: readonly (string | number)[]): number {
  return createHash("sha256").update(parts.join("\0")).digest().readUInt32BE();
}

const OPENINGS = ["In short:", "As far as the sources tell:", "Put plainly:", "The gist of it:"];
const CLOSINGS = ["More would be a guess.", "The details depend on the case.", "That is all there is to it."];

/**
 * An answer that depends on the prompt and the seed alone. It cites what the prompt numbers as `[1] …`, as a model does
 * that was asked to name its sources, and else repeats what the prompt is about.
 */
export function answerTo(prompt: string, seed: number): string {
  const sources = [...prompt.matchAll(/^\[(\d+)\] (.+)$/gm)].slice(0, 3);
  const said = sources.map(([, number, text = ""]) => `${text.split(/[.:\n]/)[0]} [${number}].`);
  const about = prompt.trim().split("\n").at(-1)?.slice(0, 80) ?? "";
  const middle = said.length > 0 ? said.join(" ") : `you asked "${about}".`;
  return `${pick(OPENINGS, prompt, seed)} ${middle} ${pick(CLOSINGS, prompt, seed)}`;
}

/** Numbers from -1 to 1 of length 1 in all, the same for the same text. */
export function embeddingOf(text: string, dimensions: number, seed: number): number[] {
  const raw = Array.from({ length: dimensions }, (_, i) => hashOf(seed, i, text) / 2 ** 31 - 1);
  const length = Math.hypot(...raw) || 1;
  return raw.map((value) => value / length);
}

function pick(choices: readonly string[], prompt: string, seed: number): string {
  return choices[hashOf(seed, choices.length, prompt) % choices.length] ?? "";
}

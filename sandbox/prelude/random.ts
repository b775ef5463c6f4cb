import { define, globalObject, imul, toStringRadix } from "./intrinsics.ts";

/** sfc32 (Chris Doty-Humphrey): small, fast, well mixed; for repeatable runs, not for secrets. */
interface Stream {
  a: number;
  b: number;
  c: number;
  counter: number;
}

function next(s: Stream): number {
  const sum = (s.a + s.b + s.counter) | 0;
  s.counter = (s.counter + 1) | 0;
  s.a = s.b ^ (s.b >>> 9);
  s.b = (s.c + (s.c << 3)) | 0;
  s.c = imul(1, ((s.c << 21) | (s.c >>> 11)) + sum);
  return sum >>> 0;
}

const random: Stream = { __proto__: null, a: 0, b: 0, c: 0, counter: 1 } as never;
const uuids: Stream = { __proto__: null, a: 0, b: 0, c: 0, counter: 1 } as never;

/** Six words of 32 bits: three for Math.random, three for crypto.randomUUID, so that neither moves the other. */
export function seedRandom(word: (index: number) => number): void {
  seedStream(random, word(0), word(1), word(2));
  seedStream(uuids, word(3), word(4), word(5));
}

function seedStream(stream: Stream, a: number, b: number, c: number): void {
  stream.a = a | 0;
  stream.b = b | 0;
  stream.c = c | 0;
  stream.counter = 1;
  for (let i = 0; i < 12; i++) next(stream);
}

function hex(word: number): string {
  const digits = "0000000" + toStringRadix(word, 16);
  let text = "";
  for (let i = digits.length - 8; i < digits.length; i++) text += digits[i] as string;
  return text;
}

function randomUUID(): string {
  const a = hex(next(uuids));
  const b = hex(next(uuids));
  const c = hex(next(uuids));
  const d = hex(next(uuids));
  const variant = "89ab"[next(uuids) & 3] as string;
  const at = (text: string, from: number, to: number): string => {
    let part = "";
    for (let i = from; i < to; i++) part += text[i] as string;
    return part;
  };
  return `${a}-${at(b, 0, 4)}-4${at(b, 5, 8)}-${variant}${at(c, 1, 4)}-${at(c, 4, 8)}${d}`;
}

export function installRandom(): void {
  define(
    Math,
    "random",
    {
      random: () => ((next(random) >>> 5) * 67108864 + (next(random) >>> 6)) / 9007199254740992,
    }.random,
  );
  define(globalObject, "crypto", { randomUUID: () => randomUUID() });
}

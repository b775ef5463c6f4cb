import * as fc from "fast-check";
import type { Json } from "../../protocol/json.ts";

/** The seed of every fuzz test. Another one may be tried by FUZZ_SEED; a failure prints the seed and the smallest input. */
export const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_127);

/** How many times as many inputs as a test asks for: more by FUZZ_FACTOR. */
const FACTOR = Number(process.env["FUZZ_FACTOR"] ?? 1);

interface Diagnosis {
  diagnostic(message: string): void;
}

/**
 * Gives `check` that many inputs, the same ones each time, and prints count and seed.
 * A failure throws with the smallest input that fails.
 */
export async function fuzz<Input>(
  t: Diagnosis,
  count: number,
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => void | Promise<void>,
): Promise<void> {
  const numRuns = Math.ceil(count * FACTOR);
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => {
      await check(input);
    }),
    { seed: SEED, numRuns },
  );
  t.diagnostic(`${numRuns} inputs, seed ${SEED}`);
}

/** Code units that parsers, terminals and databases trip over. */
const ODD = [
  "\0",
  "\n",
  "\r",
  "\t",
  "\u001b",
  "\u001b[2J",
  "\u009b",
  "\ud800",
  "\udc00",
  "\u2028",
  "\u202e",
  "😀",
  "é",
  "…",
];

/** Text of any UTF-16 units, lone surrogates, NUL and terminal escapes among them, with the given words strewn in. */
export function oddText(words: readonly string[] = [], maxLength = 40): fc.Arbitrary<string> {
  const parts = [
    fc.constantFrom(...ODD),
    fc.string({ unit: "grapheme-ascii", maxLength: 6 }),
    fc.string({ unit: "binary", maxLength: 4 }),
    ...(words.length > 0 ? [fc.constantFrom(...words), fc.constantFrom(...words)] : []),
  ];
  return fc.array(fc.oneof(...parts), { maxLength }).map((each) => each.join(""));
}

/**
 * Any JSON value, with odd strings and keys such as `__proto__`. No key holds a backslash: V8 13.6 (Node 24) takes the key of
 * `{"\\n":1}` for a backslash when it has read an object with such a key before
 * (nodejs/node#63785).
 */
export function oddJson(words: readonly string[] = [], maxDepth = 4): fc.Arbitrary<Json> {
  const key = fc
    .oneof(oddText(words, 3), fc.constantFrom("__proto__", "constructor", "toJSON", "then", "0", "length", ...words))
    .map((text) => text.replaceAll("\\", "/"));
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth, withCrossShrink: true },
      fc.oneof(
        fc.constantFrom(null, true, false, 0, -0, 1, -1, 1e308, 5e-324, 2 ** 53),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        oddText(words, 6),
      ),
      fc.array(tie("json"), { maxLength: 5 }),
      fc.array(fc.tuple(key, tie("json")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as unknown),
    ),
  }));
  return json as fc.Arbitrary<Json>;
}

export { fc };

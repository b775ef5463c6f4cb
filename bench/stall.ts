import { createComputeThreads } from "../activities/compute/computeThreads.ts";
import { authorStacks } from "../activities/authorStacks.ts";
import { checkInput } from "../activities/checkInput.ts";
import { createInputCheck } from "../activities/inputCheck.ts";
import { createMask } from "../activities/masking/mask.ts";
import { depthOf } from "../activities/sliced/jsonText.ts";
import { parseJson } from "../activities/sliced/parseJson.ts";
import { stringifyJson } from "../activities/sliced/stringifyJson.ts";
import { readResultPage } from "../activities/tools/websearch/resultPage.ts";
import type { Json } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { authorStack } from "../sandbox/authorStack.ts";
import type { Row } from "./measure.ts";

interface Work {
  readonly what: string;
  /** As a worker does it. */
  readonly ours: () => Promise<unknown>;
  /** The same in one piece. */
  readonly onePiece: () => unknown;
}

/** The longest time that the main thread stands still while the worst values that the limits allow are handled. */
export async function stallRows(): Promise<Row[]> {
  const compute = createComputeThreads();
  const rows: Row[] = [];
  try {
    for (const { what, ours, onePiece } of works(compute)) {
      // The best of three: what else the machine does counts as a stall too.
      const stall = Math.min(await longestStall(ours), await longestStall(ours), await longestStall(ours));
      const start = performance.now();
      onePiece();
      const whole = performance.now() - start;
      const names = { what: `main thread: ${what}`, against: "in one piece", unit: "ms", aim: "< 100 ms" };
      rows.push({ ...names, ours: stall, theirs: whole, ratio: stall / whole, pairs: 1 });
    }
  } finally {
    await compute.close();
  }
  return rows;
}

function works(compute: ReturnType<typeof createComputeThreads>): Work[] {
  const size = LIMITS.resultBytes;
  const arrays = `[${"[],".repeat(size / 3 - 2)}[]]`;
  const names = Array.from({ length: size / 12 }, (_, i) => `"${i.toString(36)}":0`);
  const fields = `{${names.join(",")}}`;
  const values = JSON.parse(fields) as Json;
  const mask = createMask(Array.from({ length: 500 }, (_, i) => `secret${i}${"x".repeat(40)}`));
  const spelling = "secr".repeat(size / 4);
  const check = createInputCheck(compute);
  const schema: Json = { type: "array", items: { enum: Array.from({ length: LIMITS.schemaParts - 2 }, (_, i) => i) } };
  const items = JSON.stringify(Array.from({ length: 100_000 }, () => LIMITS.schemaParts - 3));
  const version = { version: "stall", inputSchema: schema };
  const page = { html: "<div class=result>".repeat(2_000), url: "https://example.com/", offset: 0 };
  const sourceMap = JSON.stringify({
    version: 3,
    sources: ["main.js"],
    names: [],
    mappings: "AAAA,CAAC;".repeat(LIMITS.bundleBytes / 16),
  });
  const stack = ["    at f (bundle.js:40:8)\n"];
  return [
    {
      what: "check 100,000 items against an enum of 1,000",
      ours: () => check(version, items),
      onePiece: () => checkInput({ version: "stall", schema, text: items }),
    },
    { what: "parse 10 MiB of empty arrays", ours: () => parseJson(arrays), onePiece: () => JSON.parse(arrays) as Json },
    { what: "parse 10 MiB of fields", ours: () => parseJson(fields), onePiece: () => JSON.parse(fields) as Json },
    { what: "write 10 MiB of fields", ours: () => stringifyJson(values), onePiece: () => JSON.stringify(values) },
    { what: "measure 10 MiB", ours: () => depthOf(arrays), onePiece: () => undefined },
    {
      what: "look for 500 secrets in 10 MiB that spell their beginning",
      ours: () => mask.findInSlices(spelling),
      onePiece: () => mask.find(spelling),
    },
    {
      what: "trace a stack by a source map of 5 MiB",
      ours: () => authorStacks(compute, stack, `${sourceMap} `),
      onePiece: () => authorStack(stack.join(""), sourceMap),
    },
    {
      what: "read a page of 2,000 nested results",
      ours: () => compute.run("readResultPage", page, 5_000),
      onePiece: () => readResultPage(page),
    },
  ];
}

async function longestStall(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  let going = true;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setImmediate(tick);
  };
  setImmediate(tick);
  await work().catch(() => undefined);
  going = false;
  tick();
  return longest;
}

import type { Json } from "../../../protocol/json.ts";
import { unknownOption } from "../unknownOption.ts";
import { WEBSEARCH_BOUNDS } from "./bounds.ts";
import { invalidArgument } from "./faults.ts";

/** A checked search. */
export interface Query {
  readonly text: string;
  readonly max: number;
  readonly region: string | undefined;
  readonly safe: keyof typeof SAFE | undefined;
  readonly time: keyof typeof TIME | undefined;
}

/** Values of DuckDuckGo's parameters `kp` and `df` (duckduckgo.com/duckduckgo-help-pages/settings/params). */
const SAFE = { strict: "1", moderate: "-1", off: "-2" } as const;
const TIME = { day: "d", week: "w", month: "m", year: "y" } as const;
const OPTIONS = ["max", "region", "safe", "time"];

/** Throws a TaskerError, `invalid_argument`, that names what is wrong. */
export function parseQuery(args: readonly Json[]): Query {
  const [text, given] = args;
  if (typeof text !== "string" || text.trim() === "")
    throw invalidArgument("the first argument is what to search for.");
  if (text.length > WEBSEARCH_BOUNDS.queryCharacters) {
    throw invalidArgument(`the query is longer than ${WEBSEARCH_BOUNDS.queryCharacters} characters.`);
  }
  const options = asOptions(given);
  const unknown = unknownOption(options, OPTIONS);
  if (unknown !== undefined) throw invalidArgument(unknown);
  if (args.length > 2) throw invalidArgument("it takes two arguments: what to search for, and options.");
  return {
    text: text.trim(),
    max: parseMax(options["max"]),
    region: parseRegion(options["region"]),
    safe: oneOf("safe", options["safe"], SAFE),
    time: oneOf("time", options["time"], TIME),
  };
}

/** The fields of DuckDuckGo's own search form. */
export function formOf(query: Query): URLSearchParams {
  const form = new URLSearchParams({ q: query.text, b: "" });
  if (query.region !== undefined) form.set("kl", query.region);
  if (query.safe !== undefined) form.set("kp", SAFE[query.safe]);
  if (query.time !== undefined) form.set("df", TIME[query.time]);
  return form;
}

function asOptions(given: Json | undefined): Readonly<Record<string, Json>> {
  if (given === undefined || given === null) return {};
  if (typeof given === "object" && !Array.isArray(given)) return given;
  throw invalidArgument("the second argument is an object of options.");
}

function parseMax(value: Json | undefined): number {
  if (value === undefined || value === null) return WEBSEARCH_BOUNDS.defaultResults;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= WEBSEARCH_BOUNDS.results) {
    return value;
  }
  throw invalidArgument(`max must be a whole number from 1 to ${WEBSEARCH_BOUNDS.results}.`);
}

/** Country and language, as `kl` has them: `de-de`, `ca-fr`, `jp-jp`, `tw-tzh`; `wt-wt` is no region. */
function parseRegion(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" && /^[a-z]{2}-[a-z]{2,3}$/.test(value)) return value;
  throw invalidArgument(
    'region must be a country and a language, as "de-de", "us-en" or "ch-fr"; "wt-wt" is everywhere.',
  );
}

function oneOf<T extends object>(name: string, value: Json | undefined, values: T): keyof T | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" && Object.hasOwn(values, value)) return value as keyof T;
  throw invalidArgument(`${name} must be one of ${Object.keys(values).join(", ")}.`);
}

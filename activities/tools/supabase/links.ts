import {
  anyText,
  count,
  either,
  filePath,
  flag,
  invalid,
  name,
  object,
  oneOf,
  optional,
  options,
  rows,
  scalar,
  scalarOrNull,
  scalars,
  schemaName,
  text,
  type Check,
} from "./checks.ts";
import { arrayLiteral, listLiteral } from "./literals.ts";
import { quoted } from "../../../protocol/text.ts";

/** Where a chain stands: what may follow depends on it. */
export type Stage = "client" | "table" | "rows" | "storage" | "bucket" | "end";

/** A method of the client library and what it is called with. */
export interface Step {
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Link {
  readonly args: readonly Check[];
  readonly next: Stage;
  /** What is called instead of the library's method of this name; undefined when nothing is. */
  readonly write?: (args: readonly unknown[]) => Step | undefined;
}

function link(next: Stage, ...args: readonly Check[]): Link {
  return { next, args };
}

/** A filter that is written by us: see literals.ts. */
function filter(operator: string, values: Check, literal: (values: never) => string): Link {
  const write = ([column, value]: readonly unknown[]): Step => ({
    name: "filter",
    args: [column, operator, typeof value === "string" ? value : literal(value as never)],
  });
  return { next: "rows", args: [text, values], write };
}

const counted = oneOf("exact", "planned", "estimated");
const ofTable = { referencedTable: text, foreignTable: text };
const comparison = link("rows", text, scalar);
const range = link("rows", text, text);
const jsonOrArray = (value: unknown): string =>
  Array.isArray(value) ? arrayLiteral(value as never) : JSON.stringify(value);
const container = either("a string, an array of strings, numbers and booleans, or an object", anyText, scalars, object);
/** What concerns types, or what is so anyway: errors reject, and the activity retries. */
const nothing: Link = { next: "rows", args: [optional(flag)], write: () => undefined };

const verbs = {
  select: link("rows", optional(anyText), options({ head: flag, count: counted })),
  insert: link("rows", rows, options({ count: counted, defaultToNull: flag })),
  upsert: link(
    "rows",
    rows,
    options({ onConflict: text, ignoreDuplicates: flag, count: counted, defaultToNull: flag }),
  ),
  update: link("rows", object, options({ count: counted })),
  delete: link("rows", options({ count: counted })),
};

/** By `get` or `head` the arguments travel in the URL; arrays are written by us, and objects cannot be written at all. */
const rpc: Link = {
  next: "rows",
  args: [name, optional(object), options({ head: flag, get: flag, count: counted })],
  write([fn, given = {}, chosen = {}]) {
    const { get = false, head = false } = chosen as { get?: boolean; head?: boolean };
    if (!get && !head) return { name: "rpc", args: [fn, given, chosen] };
    const args = Object.entries(given as Record<string, never>).map(([key, value]) => [key, inUrl(key, value)]);
    return { name: "rpc", args: [fn, Object.fromEntries(args), chosen] };
  },
};

function inUrl(key: string, value: unknown): unknown {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return arrayLiteral(value as never);
  if (typeof value !== "object") return value;
  throw invalid(
    `rpc with get or head cannot carry ${quoted(key)}: only strings, numbers, booleans and arrays of them.`,
  );
}

const filters = {
  ...{ eq: comparison, neq: comparison, gt: comparison, gte: comparison, lt: comparison, lte: comparison },
  ...{ like: link("rows", text, anyText), ilike: link("rows", text, anyText) },
  likeAllOf: filter("like(all)", scalars, arrayLiteral),
  likeAnyOf: filter("like(any)", scalars, arrayLiteral),
  ilikeAllOf: filter("ilike(all)", scalars, arrayLiteral),
  ilikeAnyOf: filter("ilike(any)", scalars, arrayLiteral),
  ...{ regexMatch: link("rows", text, anyText), regexIMatch: link("rows", text, anyText) },
  ...{ is: link("rows", text, scalarOrNull), isDistinct: link("rows", text, scalarOrNull) },
  in: filter("in", scalars, listLiteral),
  notIn: filter("not.in", scalars, listLiteral),
  contains: filter("cs", container, jsonOrArray),
  containedBy: filter("cd", container, jsonOrArray),
  overlaps: filter(
    "ov",
    either("a string, or an array of strings, numbers and booleans", anyText, scalars),
    arrayLiteral,
  ),
  ...{ rangeGt: range, rangeGte: range, rangeLt: range, rangeLte: range, rangeAdjacent: range },
  textSearch: link("rows", text, anyText, options({ config: text, type: oneOf("plain", "phrase", "websearch") })),
  match: {
    ...link("rows", object),
    write: ([query]) => {
      for (const [column, value] of Object.entries(query as Record<string, never>)) scalar(value, `match().${column}`);
      return { name: "match", args: [query] };
    },
  } satisfies Link,
  // Raw strings, as PostgREST reads them: they reach no further than the filter that they stand in.
  not: link("rows", text, text, scalarOrNull),
  or: link("rows", text, options(ofTable)),
  filter: link("rows", text, text, scalarOrNull),
};

const modifiers = {
  select: link("rows", optional(anyText)),
  order: link("rows", text, options({ ascending: flag, nullsFirst: flag, ...ofTable })),
  limit: link("rows", count, options(ofTable)),
  range: link("rows", count, count, options(ofTable)),
  ...{
    single: link("rows"),
    maybeSingle: link("rows"),
    csv: link("rows"),
    geojson: link("rows"),
    stripNulls: link("rows"),
  },
  maxAffected: link("rows", count),
  ...{ throwOnError: nothing, returns: nothing, overrideTypes: nothing, retry: nothing },
};

const signing = options({ download: either("true, false or a file's name", flag, anyText), cacheNonce: text });
const sortBy = options({ column: text, order: oneOf("asc", "desc") });

/** Every link that a chain may have. What is not here is never looked up on the client library. */
export const LINKS: Readonly<Record<Stage, ReadonlyMap<string, Link>>> = {
  client: table({ from: link("table", name), schema: link("client", schemaName), rpc }),
  table: table(verbs),
  rows: table({ ...filters, ...modifiers }),
  storage: table({ from: link("bucket", name), listBuckets: link("end"), getBucket: link("end", name) }),
  bucket: table({
    list: link("end", optional(anyText), options({ limit: count, offset: count, search: anyText, sortBy })),
    info: link("end", filePath),
    getPublicUrl: link("end", filePath, signing),
    createSignedUrl: link("end", filePath, count, signing),
    createSignedUrls: link("end", filePaths, count, signing),
  }),
  end: table({}),
};

function filePaths(value: Parameters<Check>[0], at: string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => filePath(item, `${at}[${index}]`));
  throw invalid(`${at} must be an array of files' paths.`);
}

function table(links: Readonly<Record<string, Link>>): ReadonlyMap<string, Link> {
  return new Map(Object.entries(links));
}

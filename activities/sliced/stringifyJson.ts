import type { JsonText } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { TimeSlice } from "./timeSlice.ts";

/** Some milliseconds. */
const PIECE = 20_000;

/**
 * The same as `JSON.stringify`, in slices: 10 MiB can take most of a second. Throws what it throws. Each `toJSON` of a value
 * that is written in one go with its neighbours is given its place among them, not in the whole.
 * @param piece values, and characters divided by 16, that are written in one go
 */
export async function stringifyJson(value: unknown, piece = PIECE): Promise<JsonText | undefined> {
  return weigh(value, piece) > 0 ? plain(value) : new Writer(piece).large(value, "", 0);
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

class Writer {
  private readonly piece: number;
  private readonly slice = new TimeSlice();

  constructor(piece: number) {
    this.piece = piece;
  }

  /** A value that may not fit a piece. */
  async large(given: unknown, key: string, depth: number): Promise<JsonText | undefined> {
    const value = hasToJson(given) ? given.toJSON(key) : given;
    // Nothing so deep is a result: JSON.stringify says what is wrong, which is a cycle as a rule.
    if (!isContainer(value) || depth > LIMITS.jsonDepth) return plain(value);
    return isArray(value) ? this.array(value, depth) : this.object(value, depth);
  }

  private async array(values: readonly unknown[], depth: number): Promise<JsonText> {
    const written: string[] = [];
    for (let from = 0; from < values.length;) {
      await this.slice.pause();
      const to = endOfRun(this.piece, from, values.length, (index) => values[index]);
      const run =
        to > from ? plain(values.slice(from, to))?.slice(1, -1) : await this.large(values[from], `${from}`, depth + 1);
      written.push(run ?? "null");
      from = Math.max(to, from + 1);
    }
    return `[${written.join(",")}]`;
  }

  private async object(values: Readonly<Record<string, unknown>>, depth: number): Promise<JsonText> {
    const keys = Object.keys(values);
    const written: string[] = [];
    for (let from = 0; from < keys.length;) {
      await this.slice.pause();
      const valueAt = (index: number): unknown => values[keys[index] ?? ""];
      const to = endOfRun(this.piece, from, keys.length, valueAt);
      const key = keys[from] ?? "";
      if (to > from) {
        const run = Object.fromEntries(keys.slice(from, to).map((each, index) => [each, valueAt(from + index)]));
        written.push(plain(run)?.slice(1, -1) ?? "");
      } else {
        const text = await this.large(values[key], key, depth + 1);
        written.push(text === undefined ? "" : `${JSON.stringify(key)}:${text}`);
      }
      from = Math.max(to, from + 1);
    }
    return `{${written.filter((run) => run !== "").join(",")}}`;
  }
}

/** Where the members from `from` on stop fitting a piece; `from` itself when the first does not fit. */
function endOfRun(piece: number, from: number, end: number, valueAt: (index: number) => unknown): number {
  let left = piece;
  for (let at = from; at < end; at++) {
    left = weigh(valueAt(at), left);
    if (left <= 0) return at;
  }
  return end;
}

/** What is left of a weight once the value was counted; 0 or less as soon as it is used up. Reads what JSON.stringify reads. */
function weigh(value: unknown, room: number, depth = 0): number {
  // A cycle has no end.
  if (depth > 2 * LIMITS.jsonDepth) return 0;
  let left = room - 1;
  if (typeof value === "string") return left - value.length / 16;
  if (!isContainer(value) || hasToJson(value)) return left;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length && left > 0; at++) left = weigh(value[at], left, depth + 1);
    return left;
  }
  for (const key of Object.keys(value)) {
    left = weigh((value as Record<string, unknown>)[key], left - key.length / 16, depth + 1);
    if (left <= 0) return left;
  }
  return left;
}

function isContainer(value: unknown): value is Container {
  const boxed = value instanceof String || value instanceof Number || value instanceof Boolean;
  return typeof value === "object" && value !== null && !boxed;
}

/** `Array.isArray` does not narrow a union with a readonly array. */
function isArray(value: Container): value is readonly unknown[] {
  return Array.isArray(value);
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return typeof value === "object" && value !== null && typeof (value as { toJSON?: unknown }).toJSON === "function";
}

function plain(value: unknown): JsonText | undefined {
  return JSON.stringify(value);
}

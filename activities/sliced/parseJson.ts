import type { Json, JsonText } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { endOfString } from "./jsonText.ts";
import { TimeSlice } from "./timeSlice.ts";

/** Up to 13 ms, for an array of empty arrays. */
const PIECE = 64 * 1024;

/**
 * The same as `JSON.parse`, in slices: 10 MiB can take a second. Throws a SyntaxError where that does, and for a text whose
 * large parts are nested deeper than any value may be.
 * @param piece characters that are parsed in one go
 */
export async function parseJson(text: JsonText, piece = PIECE): Promise<Json> {
  return text.length <= piece ? (JSON.parse(text) as Json) : new Parser(text, piece).document();
}

type Container = Json[] | Record<string, Json>;

/**
 * Parses containers that are longer than a piece member by member. Whole members that fit are parsed by `JSON.parse`, many
 * at a time: a run of members in brackets is JSON exactly when each of them is.
 */
class Parser {
  private readonly text: string;
  private readonly piece: number;
  private readonly slice = new TimeSlice();
  private at = 0;

  constructor(text: string, piece: number) {
    this.text = text;
    this.piece = piece;
  }

  async document(): Promise<Json> {
    this.skipSpace();
    const value = await this.value(1);
    this.skipSpace();
    if (this.at < this.text.length) throw this.unexpected();
    return value;
  }

  private async value(depth: number): Promise<Json> {
    const first = this.text[this.at];
    if (first === "[" || first === "{") return this.container(first, depth);
    const end = first === '"' ? endOfString(this.text, this.at) + 1 : this.endOfScalar();
    const value = JSON.parse(this.text.slice(this.at, end)) as Json;
    this.at = end;
    return value;
  }

  private async container(opening: "[" | "{", depth: number): Promise<Json> {
    if (depth > LIMITS.jsonDepth + 1) throw new SyntaxError("the JSON text is nested too deeply");
    const target: Container = opening === "[" ? [] : {};
    const closing = opening === "[" ? "]" : "}";
    this.at++;
    this.skipSpace();
    if (this.take(closing)) return target;
    for (;;) {
      await this.slice.pause();
      const end = this.endOfRun();
      if (end === undefined) {
        this.skipSpace();
        const key = opening === "{" ? this.key() : undefined;
        put(target, key, await this.value(depth + 1));
        this.skipSpace();
      } else {
        this.appendRun(target, opening, this.text.slice(this.at, end), closing);
        this.at = end;
      }
      if (this.take(closing)) return target;
      if (!this.take(",")) throw this.unexpected();
    }
  }

  /** Where the whole members end that begin here and fit a piece; undefined when the first of them does not fit. */
  private endOfRun(): number | undefined {
    const { text, at, piece } = this;
    let depth = 0;
    let end: number | undefined;
    for (let i = at; i < text.length; i++) {
      if (i - at > piece) return end;
      const unit = text[i];
      if (unit === '"') i = endOfString(text, i);
      else if (unit === "[" || unit === "{") depth++;
      else if ((unit === "]" || unit === "}") && depth-- === 0) return i;
      else if (unit === "," && depth === 0) end = i;
    }
    return text.length;
  }

  private appendRun(target: Container, opening: string, run: string, closing: string): void {
    if (run.trim() === "") throw this.unexpected();
    const members = JSON.parse(opening + run + closing) as Container;
    if (Array.isArray(members)) for (const member of members) put(target, undefined, member);
    else for (const key of Object.keys(members)) put(target, key, members[key] ?? null);
  }

  private key(): string {
    const end = endOfString(this.text, this.at) + 1;
    const key = JSON.parse(this.text.slice(this.at, end)) as Json;
    this.at = end;
    this.skipSpace();
    if (typeof key !== "string" || !this.take(":")) throw this.unexpected();
    this.skipSpace();
    return key;
  }

  private endOfScalar(): number {
    let end = this.at;
    while (end < this.text.length && !",]}".includes(this.text.charAt(end))) end++;
    return end;
  }

  private take(unit: string): boolean {
    if (this.text[this.at] !== unit) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }

  private unexpected(): SyntaxError {
    return new SyntaxError(`unexpected ${this.at < this.text.length ? "character" : "end"} in JSON at ${this.at}`);
  }
}

function put(target: Container, key: string | undefined, value: Json): void {
  if (Array.isArray(target)) target.push(value);
  else if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else if (key !== undefined) target[key] = value;
}

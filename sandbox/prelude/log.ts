import { LIMITS } from "../../protocol/limits.ts";
import { inspect } from "./inspect.ts";
import { dateNow, jsonStringify } from "./intrinsics.ts";
import { post } from "./outbox.ts";
import { cut, utf8Bytes } from "./text.ts";

export type Level = "debug" | "info" | "warn" | "error";

/** UTF-16 units of one line; longer ones are cut. */
const LINE_UNITS = 64 * 1024;

/** What a line is charged beside its text, so that a flood of empty lines ends too. */
const LINE_BYTES = 16;

let left: number = LIMITS.logBytes;
let full = false;

/** Formats like console.log and keeps the line for the host, until the run has used up its log. Never throws on a value. */
export function log(level: Level, values: readonly unknown[]): void {
  if (full) return;
  let text = "";
  for (let i = 0; i < values.length && text.length <= LINE_UNITS; i++) {
    const value = values[i];
    text += (i === 0 ? "" : " ") + (typeof value === "string" ? cut(value, LINE_UNITS) : inspect(value));
  }
  text = cut(text, LINE_UNITS);
  const bytes = utf8Bytes(text, left) + LINE_BYTES;
  if (bytes > left) {
    full = true;
    line("warn", `log cut: a run keeps ${LIMITS.logBytes} bytes of it`);
    return;
  }
  left -= bytes;
  line(level, text);
}

function line(level: Level, text: string): void {
  post(`L{"at":${dateNow()},"level":"${level}","text":${jsonStringify(text) ?? ""}}\n`);
}

import { plain } from "../protocol/plain.ts";

/** Writes a line to standard error. What it quotes may be foreign: control characters are shown as codes. */
export function sayOnStderr(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}

import { isUtf8 } from "node:buffer";
import path from "node:path";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { ReadableFiles } from "./readableFiles.ts";

export type SourceText = { readonly text: string } | { readonly problem: Problem };

/** A file's text: UTF-8, without its byte order mark. `file` is relative to the tasks folder. */
export async function readSource(files: ReadableFiles, file: string): Promise<SourceText> {
  const read = await files.read(path.resolve(files.root, file));
  if ("refusal" in read) return { problem: problem(read.refusal.code, read.refusal.message, file) };
  const { bytes } = read;
  if (isUtf8(bytes)) return { text: new TextDecoder().decode(bytes) };
  const message = "It is not valid UTF-8 from here on. Save it as UTF-8.";
  return { problem: problem(PROBLEM_CODES.invalidEncoding, message, file, firstInvalid(bytes)) };
}

function firstInvalid(bytes: Buffer): { line: number; column: number } {
  let valid = 0;
  let end = bytes.length;
  while (valid < end) {
    const middle = Math.ceil((valid + end) / 2);
    // A prefix that stops inside a character is not valid either: streaming lets the last one be incomplete.
    if (decodes(bytes.subarray(0, middle))) valid = middle;
    else end = middle - 1;
  }
  const text = new TextDecoder().decode(bytes.subarray(0, valid), { stream: true });
  const lines = text.split(/\r\n|[\r\n\u2028\u2029]/);
  return { line: lines.length, column: lines.at(-1)?.length ?? 0 };
}

function decodes(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

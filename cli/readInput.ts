import { readFile, stat } from "node:fs/promises";
import type { Json } from "../protocol/json.ts";
import { jsonProblemText } from "../protocol/jsonProblem.ts";
import { LIMITS } from "../protocol/limits.ts";
import { UsageError } from "./usageError.ts";

/**
 * The value of `--input`: JSON itself, `@file` for a file's content, `-` for standard input; an empty object when absent.
 * @param where what messages call it
 * @throws UsageError `invalid_input`, `input_too_large`
 */
export async function readInput(
  input: string | undefined,
  stdin: AsyncIterable<unknown>,
  where = "--input",
): Promise<Json> {
  if (input === undefined) return {};
  if (input === "-") return parseInput(await readAll(stdin), "standard input");
  if (input.startsWith("@")) return parseInput(await readInputFile(input.slice(1)), input.slice(1));
  return parseInput(input, where);
}

/** Parses the text; `where` is what the message calls it. */
export function parseInput(text: string, where: string): Json {
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return JSON.parse(json) as Json;
  } catch (error) {
    throw invalid(json, where, error);
  }
}

function invalid(text: string, where: string, error: unknown): UsageError {
  if (text.trim() === "") return new UsageError(`${where} is empty.`, "Write any JSON value: '{}'.", "invalid_input");
  const problem = jsonProblemText(text);
  if (problem === undefined)
    return new UsageError(`${where} is not JSON: ${String(error)}`, undefined, "invalid_input");
  const quotes =
    /^[{[]?\s*'/.test(text) || /^\w/.test(text)
      ? `\n  In a shell: ${where === "--input" ? "-i " : ""}'{"key":"value"}'`
      : "";
  return new UsageError(`${where} is not JSON ${problem}${quotes}`, undefined, "invalid_input");
}

async function readInputFile(file: string): Promise<string> {
  if (file === "") throw new UsageError("--input @ needs a file name.", "Write --input @input.json.");
  try {
    const { size } = await stat(file);
    if (size > LIMITS.inputBytes) throw tooLarge(file);
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The input file cannot be read: ${why}`, undefined, "invalid_input");
  }
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes > LIMITS.inputBytes) throw tooLarge("standard input");
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(where: string): UsageError {
  return new UsageError(`${where} is larger than ${LIMITS.inputBytes} bytes.`, undefined, "input_too_large");
}

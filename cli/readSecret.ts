import { open } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { LIMITS } from "../protocol/limits.ts";
import type { ValueSource } from "./keystoreOptions.ts";
import { UsageError } from "./usageError.ts";

export interface SecretInput {
  readonly stdin: NodeJS.ReadStream;
  /** What a person at a terminal is asked. */
  readonly ask: (question: string) => void;
}

/**
 * The value of `keystore set`. From standard input the line break at its end is left out, for `echo` adds one; a file is
 * taken as it is. At a terminal the value is asked for and not shown.
 * @throws UsageError
 */
export async function readSecret(source: ValueSource, { stdin, ask }: SecretInput): Promise<string> {
  if (source.from === "argument") return source.value;
  if (source.from === "file") return toText(await readFile(source.file), source.file);
  if (stdin.isTTY) {
    ask("Type or paste the value, and Enter (it is not shown). For several lines: --file or a pipe.");
    return readHidden(stdin);
  }
  return toText(await readStream(stdin), "standard input").replace(/\r?\n$/, "");
}

async function readHidden(stdin: NodeJS.ReadStream): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  const interrupted = new AbortController();
  lines.once("SIGINT", () => interrupted.abort());
  try {
    return await lines.question("", { signal: interrupted.signal });
  } catch {
    throw new UsageError("Nothing was stored.");
  } finally {
    lines.close();
  }
}

async function readFile(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file);
    // A byte more than fits, so that the keystore refuses it instead of a part being taken.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LIMITS.secretBytes + 1), 0, LIMITS.secretBytes + 1, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new UsageError(`The file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readStream(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    chunks.push(piece);
    bytes += piece.length;
    // Two more for a line break.
    if (bytes > LIMITS.secretBytes + 2) break;
  }
  return Buffer.concat(chunks);
}

function toText(bytes: Buffer, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError(`The value from ${where} is not UTF-8 text.`, "Store bytes as base64.");
  }
}

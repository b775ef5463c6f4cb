import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { WorkflowHandle } from "@temporalio/client";
import type { DataConverter } from "@temporalio/common";
import proto from "@temporalio/proto";
import { dataConverterOf } from "../../encryption/dataConverter.ts";
import { createKeyring } from "../../encryption/keyring.ts";

export type History = Awaited<ReturnType<WorkflowHandle["fetchHistory"]>>;

export interface RecordedHistory {
  readonly workflowId: string;
  readonly history: History;
}

/** The key of the histories that are recorded with encryption. It is public, and protects nothing. */
export const RECORDED_KEYS = `public-test-key:${Buffer.alloc(32, "public test key").toString("base64")}`;

/** Reads the recorded histories, those with encryption and those without. */
export const recordedDataConverter: DataConverter = dataConverterOf(
  createKeyring({ keys: RECORDED_KEYS, keyFile: "" }),
  true,
);

const FOLDER = fileURLToPath(new URL("../histories/", import.meta.url));
const { History: codec } = proto.temporal.api.history.v1;

/** Every recorded history, by its file's name. */
export async function readHistories(): Promise<ReadonlyMap<string, RecordedHistory>> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".json")).sort();
  const read = async (name: string): Promise<[string, RecordedHistory]> => {
    const { workflowId, events } = JSON.parse(await readFile(path.join(FOLDER, name), "utf8")) as {
      workflowId: string;
      events: unknown[];
    };
    return [path.basename(name, ".json"), { workflowId, history: codec.fromObject({ events }) }];
  };
  return new Map(await Promise.all(names.map(read)));
}

/** Writes the histories in place of all that were recorded, or only those of the given names. */
export async function writeHistories(
  histories: ReadonlyMap<string, RecordedHistory>,
  names: "all" | readonly string[],
): Promise<void> {
  const chosen = [...histories].filter(([name]) => names === "all" || names.includes(name));
  const texts = chosen.map(([name, each]) => [name, textOf(name, each)] as const);
  if (names === "all") await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const [name, text] of texts) await writeFile(path.join(FOLDER, `${name}.json`), text);
}

/**
 * One execution's history as a text: JSON with an event a line, and nothing of the machine on which it was recorded.
 * The SDK's own conversion is not used: it needs that all of its packages share one copy of protobufjs.
 */
function textOf(name: string, { workflowId, history }: RecordedHistory): string {
  const { events } = codec.toObject(codec.fromObject(history), { longs: String, enums: String, bytes: String }) as {
    events: unknown[];
  };
  const lines = events.map((event) => anonymous(JSON.stringify(event)));
  const text = `{"workflowId":${JSON.stringify(workflowId)},"events":[\n${lines.join(",\n")}\n]}\n`;
  assertAnonymous(name, history, text);
  return text;
}

/** A worker calls itself pid@host, and names its own task queue so. */
function anonymous(event: string): string {
  return event.replaceAll(`${process.pid}@${hostname()}`, "worker");
}

function assertAnonymous(name: string, history: History, text: string): void {
  const payloads: string[] = [];
  JSON.stringify(history, (key, value: unknown) => {
    if (key === "data" && value instanceof Uint8Array) payloads.push(Buffer.from(value).toString("utf8"));
    return value instanceof Uint8Array ? undefined : value;
  });
  for (const secret of [`@${hostname()}`, tmpdir(), process.cwd(), process.env["HOME"] ?? tmpdir()]) {
    if ([text, ...payloads].some((part) => part.includes(`${secret}/`) || part.includes(`${secret}"`))) {
      throw new Error(`The history ${name} tells of this machine: ${secret}`);
    }
  }
}

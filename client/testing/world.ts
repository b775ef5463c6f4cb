import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { Store, Writer } from "../../protocol/store.ts";
import { aVersion } from "../../test/store/samples.ts";
import { createTasker, type Tasker } from "../tasker.ts";
import { FakeTemporal } from "./fakeTemporal.ts";

export interface World {
  readonly temporal: FakeTemporal;
  readonly store: Store;
  readonly tasker: Tasker;
}

/** Given by the tests: this folder may not import the store. */
type OpenStore = (options: { readonly file: string; readonly synchronous: "normal" }) => Promise<Store>;

/** A client on a fake Temporal and a real store, which has one published task, `echo`. */
export async function makeWorld(t: TestContext, openStore: OpenStore): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), "tasker-client-"));
  const store = await openStore({ file: path.join(folder, "tasker.db"), synchronous: "normal" });
  t.after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  await store.versions.publish(aVersion({ task: "echo", version: "ab".repeat(32) }));
  const temporal = new FakeTemporal();
  return { temporal, store, tasker: createTasker({ client: temporal.client, store }) };
}

/** Writes an open record, as a workflow does when it begins. */
export async function openRecord(store: Store, taskRunId: string, firstRunId = "r1"): Promise<void> {
  await store.runs.open({
    taskRunId,
    firstRunId,
    task: "echo",
    version: "ab".repeat(32),
    engine: "e",
    input: { value: null },
    startedAt: 2_000,
  });
}

/** The execution that began the run of `openRecord`, as a writer. */
export const FIRST: Writer = { execution: { runId: "r1", chainId: "r1" }, historyLength: 0 };

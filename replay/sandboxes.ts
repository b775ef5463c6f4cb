import type { RunRecord } from "../protocol/run.ts";
import type { EngineStore } from "../protocol/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { mismatch } from "./mismatch.ts";

/** Opens a sandbox for an engine from the store. Rejects when this release cannot run the engine. */
export type OpenSandbox = (engine: Uint8Array) => Promise<Sandbox>;

/** One sandbox for each engine, made from the store's bytes: a run is replayed by the engine that it began with. */
export class ReplaySandboxes {
  private readonly engines: EngineStore;
  private readonly open: OpenSandbox;
  private readonly opened = new Map<string, Promise<Sandbox>>();

  constructor(engines: EngineStore, open: OpenSandbox) {
    this.engines = engines;
    this.open = open;
  }

  /** @throws TaskerError `journal_mismatch` when the store has no such engine, or it cannot be run */
  for(record: RunRecord): Promise<Sandbox> {
    const known = this.opened.get(record.engine);
    if (known !== undefined) return known;
    const opening = this.make(record);
    this.opened.set(record.engine, opening);
    opening.catch(() => this.opened.delete(record.engine));
    return opening;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.opened.values());
    const sandboxes = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
  }

  private async make(record: RunRecord): Promise<Sandbox> {
    const { engine } = record;
    const bytes = await this.engines.get(engine);
    if (bytes === undefined) throw mismatch(record, 1, `engine ${engine} is not in the store`);
    const sandbox = await this.open(bytes).catch((cause: unknown) => {
      throw mismatch(record, 1, `this release cannot run engine ${engine} (${String(cause)})`);
    });
    if (sandbox.engine === engine) return sandbox;
    await sandbox.close();
    throw mismatch(record, 1, `the store has another engine under the name ${engine}`);
  }
}

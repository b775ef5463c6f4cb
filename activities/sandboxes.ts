import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { EngineStore } from "../protocol/store.ts";
import type { Sandbox } from "../sandbox/types.ts";

/** Makes a sandbox that goes on with another engine than this build's own. Rejects when this build cannot. */
export type MakeSandbox = (engine: Uint8Array) => Promise<Sandbox>;

/**
 * The sandboxes of a worker, by engine: a run keeps the engine that it began with, so a worker of a newer release
 * takes older ones from the store when a sleeping run needs them.
 */
export class Sandboxes {
  /** New runs begin here. */
  readonly own: Sandbox;
  private readonly engines: EngineStore;
  private readonly make: MakeSandbox;
  private readonly others = new Map<string, Promise<Sandbox>>();

  constructor(own: Sandbox, engines: EngineStore, make: MakeSandbox) {
    this.own = own;
    this.engines = engines;
    this.make = make;
  }

  /** Throws `engine_missing`, retryable, when the engine is neither this build's own nor one that it can take from the store. */
  async for(engine: string): Promise<Sandbox> {
    if (engine === this.own.engine) return this.own;
    const known = this.others.get(engine);
    if (known !== undefined) return known;
    const made = this.take(engine);
    this.others.set(engine, made);
    // What failed is tried again by the next step: the store may have come back.
    made.catch(() => this.others.delete(engine));
    return made;
  }

  async close(): Promise<void> {
    const others = await Promise.allSettled(this.others.values());
    const made = others.flatMap((other) => (other.status === "fulfilled" ? [other.value] : []));
    await Promise.all([this.own, ...made].map((sandbox) => sandbox.close()));
  }

  private async take(engine: string): Promise<Sandbox> {
    const bytes = await this.engines.get(engine);
    if (bytes === undefined) throw this.missing(engine, "it is not in the store");
    let sandbox: Sandbox;
    try {
      sandbox = await this.make(bytes);
    } catch (cause) {
      throw this.missing(
        engine,
        `this release cannot run it (${cause instanceof Error ? cause.message : String(cause)})`,
      );
    }
    if (sandbox.engine === engine) return sandbox;
    await sandbox.close();
    throw this.missing(engine, "what the store has under its name is another one");
  }

  private missing(engine: string, why: string): TaskerError {
    const message =
      `This run began with engine ${engine} and goes on with no other, and ${why}; this worker's own is ${this.own.engine}. ` +
      "Start a worker of the release that began the run; the step waits for it.";
    return new TaskerError(taskError(CODES.engineMissing, message));
  }
}

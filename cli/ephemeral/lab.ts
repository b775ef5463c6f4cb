import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@temporalio/client";
import type { Tasker } from "../../client/tasker.ts";
import type { Store } from "../../protocol/store.ts";
import type { Output } from "../output.ts";
import type { Workers } from "./workers.ts";

/** What the chapters of the self-test work with. */
export interface Lab {
  readonly output: Output;
  readonly tasker: Tasker;
  readonly store: Store;
  readonly client: Client;
  readonly workers: Workers;
  /** Ends the worker in one of two ways, and starts another. */
  replaceWorker(how: "kill" | "stop"): Promise<void>;
  readonly databaseFile: string;
  readonly findings: Findings;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What was looked at, each as a line. */
export class Findings {
  checks = 0;
  failed = 0;
  private readonly output: Output;

  constructor(output: Output) {
    this.output = output;
  }

  check(ok: boolean, what: string): void {
    this.checks += 1;
    if (!ok) this.failed += 1;
    const { paint } = this.output;
    this.output.say(`  ${ok ? paint.good("ok  ") : paint.bad("FAIL")} ${what}`);
  }
}

/** Something that has to come did not: what follows would make no sense. */
export class GaveUp extends Error {
  override readonly name = "GaveUp";
}

const POLL_MS = 100;
/** What takes longer than this, in milliseconds, will never come. */
const PATIENCE_MS = 60_000;

/** Waits until `look` answers something. @throws GaveUp; the signal's reason */
export async function until<T>(signal: AbortSignal, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new GaveUp(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

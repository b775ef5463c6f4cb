import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StoreOptions } from "../../store/openStore.ts";

const WRITER = fileURLToPath(new URL("./writer.ts", import.meta.url));

/** A writer (writer.ts) in a process of its own. */
export class WriterProcess {
  readonly #process;
  readonly #closed;
  #out = "";
  #errors = "";

  constructor(options: StoreOptions, name: string, runs: number) {
    this.#process = spawn(process.execPath, [WRITER, JSON.stringify(options), name, String(runs)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = once(this.#process, "close") as Promise<[number | null]>;
    this.#process.stdout.on("data", (data: Buffer) => (this.#out += data.toString()));
    this.#process.stderr.on("data", (data: Buffer) => (this.#errors += data.toString()));
  }

  /** Ids of the runs that were confirmed so far. */
  confirmed(): string[] {
    return this.#out.split("\n").slice(0, -1);
  }

  /** Waits for its end, which must be a good one. */
  async finished(): Promise<string[]> {
    const [code] = await this.#closed;
    assert.equal(code, 0, this.#errors);
    return this.confirmed();
  }

  /** SIGKILL, once it has confirmed this many runs. */
  async killedAfter(runs: number): Promise<string[]> {
    while (this.confirmed().length < runs) {
      await Promise.race([once(this.#process.stdout, "data"), this.#closed]);
      assert.equal(this.#process.exitCode, null, this.#errors);
    }
    this.#process.kill("SIGKILL");
    await this.#closed;
    return this.confirmed();
  }
}

import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BoundChild } from "../../dev/boundChild.ts";
import { CODES, TaskerError, taskError } from "../../protocol/errors.ts";

const LAUNCHER = path.join(import.meta.dirname, "../tasker.js");
const READY = "The worker serves";
const POLL_MS = 50;
/** How long a worker may take to finish its running steps before it is killed, milliseconds. */
const GRACE_MS = 15_000;

/** The one worker of a stack, in a process of its own, that can be replaced by another. */
export class Workers {
  private readonly environment: NodeJS.ProcessEnv;
  private current: BoundChild | undefined;

  constructor(environment: NodeJS.ProcessEnv) {
    this.environment = environment;
  }

  get pid(): number {
    return this.current?.identity.pid ?? 0;
  }

  /** Resolves when the worker polls. */
  async start(temporalAddress: string): Promise<void> {
    const environment = { ...this.environment, TEMPORAL_ADDRESS: temporalAddress };
    const child = await BoundChild.start(process.execPath, [LAUNCHER, "start"], environment);
    this.current = child;
    let how: string | undefined;
    void child.ended.then((ended) => (how = ended));
    while (!child.output.includes(READY)) {
      if (how !== undefined) throw notStarted(how, child.output);
      await sleep(POLL_MS);
    }
  }

  /** SIGKILL: nothing of the process is left, and nobody was told. */
  async kill(): Promise<void> {
    if (this.current === undefined) return;
    process.kill(this.current.identity.pid, "SIGKILL");
    await this.stop();
  }

  /** SIGTERM: running steps finish, everything else is left to the next worker. */
  async stop(): Promise<void> {
    const child = this.current;
    this.current = undefined;
    await child?.stop(GRACE_MS);
  }
}

function notStarted(how: string, output: string): TaskerError {
  const message = `The self-test's worker ended (${how}) before it was ready:\n${output}`;
  return new TaskerError(taskError(CODES.workerLost, message));
}

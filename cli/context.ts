import { connectionOptions, storeOptions, type Configuration } from "../configuration.ts";
import type { Tasker } from "../client/tasker.ts";
import type { Stack, StackWorker, StartWorker } from "../dev/stack.ts";
import type { Keyring } from "../encryption/keyring.ts";
import { TaskerError } from "../protocol/errors.ts";
import type { Store } from "../protocol/store.ts";
import { EXIT } from "./exitCodes.ts";
import { catchInterrupts, type Interrupts } from "./interrupt.ts";
import type { Output } from "./output.ts";

/** A person waits for the answer, milliseconds. */
export const CONNECT_MS = 5_000;

/** Joining a stack takes less, milliseconds. */
const JOIN_MS = 200;

/**
 * What a command stands on, each part opened when it is first asked for and closed in reverse: the one place where
 * commands' dependencies are made. Modules are loaded on the way, for Temporal's alone take half a second.
 */
export class Context {
  readonly configuration: Configuration;
  private readonly output: Output;
  private readonly startWorker: StartWorker;
  private readonly closers: (() => Promise<void>)[] = [];
  private interrupts: Interrupts | undefined;
  private openedKeyring: Promise<Keyring> | undefined;
  private openedStore: Promise<Store> | undefined;
  private openedStack: Promise<Stack> | undefined;
  private saidThatItWaits = false;
  private openedTasker: Promise<Tasker> | undefined;

  /** @param startWorker for a stack that this command starts; the project's own worker unless given */
  constructor(configuration: Configuration, output: Output, startWorker: StartWorker = startOwnWorker) {
    this.configuration = configuration;
    this.output = output;
    this.startWorker = startWorker;
  }

  /** The keys of TASKER_KEYS, else of the key file. */
  keyring(): Promise<Keyring> {
    return (this.openedKeyring ??= import("../encryption/keyring.ts").then(({ createKeyring }) =>
      createKeyring(this.configuration),
    ));
  }

  /**
   * The database of TASKER_DATABASE_URL, else the SQLite file of this directory. It must exist: in a wrong folder an
   * empty store would say that nothing is published, and that no run is known.
   * @throws TaskerError `store_missing`, `store_failed`
   */
  store(): Promise<Store> {
    return (this.openedStore ??= this.openStore({ existing: true }));
  }

  /**
   * The same, made if it is missing, for what people do before their first `npm start`; a line says so. With
   * TEMPORAL_ADDRESS the store is that of the workers, and is not made here.
   */
  storeOrNew(): Promise<Store> {
    if (this.configuration.temporalAddress !== undefined) return this.store();
    return (this.openedStore ??= this.openStore({ existing: true }).catch(async (error: unknown) => {
      if (!(error instanceof TaskerError) || error.code !== "store_missing") throw error;
      const store = await this.openStore({ existing: false });
      this.output.warn(`Made a new store: ${store.where}`);
      return store;
    }));
  }

  /** The stack that runs here, joined; else one that lives as long as this command. */
  stack(): Promise<Stack> {
    return (this.openedStack ??= this.openStack());
  }

  /** The client on the stack's server. */
  tasker(): Promise<Tasker> {
    return (this.openedTasker ??= this.openTasker());
  }

  /** The client, if a server runs already or TEMPORAL_ADDRESS names one; else undefined. Starts nothing. */
  async taskerIfRunning(): Promise<Tasker | undefined> {
    const { temporalAddress, home } = this.configuration;
    if (temporalAddress === undefined && this.openedStack === undefined) {
      const [{ joinStack }, { homeOf }] = await Promise.all([
        import("../dev/joinedStack.ts"),
        import("../dev/home.ts"),
      ]);
      const joined = joinStack(homeOf(home), this.configuration);
      if (joined === undefined) return undefined;
      this.openedStack = Promise.resolve(joined);
      this.closers.push(() => joined.stop());
    }
    return this.tasker();
  }

  /**
   * For a run without a record: throws `unknown_run` where no server has ever run that could know it, so that a
   * mistyped id in a new folder does not have one started, or even built.
   */
  async refuseWithoutServer(taskRunId: string): Promise<void> {
    const { temporalAddress, home } = this.configuration;
    if (temporalAddress !== undefined) return;
    const [{ homeOf }, { existsSync }] = await Promise.all([import("../dev/home.ts"), import("node:fs")]);
    if (existsSync(homeOf(home).temporalDatabase)) return;
    throw (await import("../client/errors.ts")).unknownRun(taskRunId);
  }

  /**
   * Aborted by Ctrl-C. Caught from now on: until a command has something to leave in good order, Ctrl-C ends the
   * process, which harms nothing either. Ctrl-C again ends it at once.
   */
  get interrupted(): AbortSignal {
    this.interrupts ??= catchInterrupts(() => process.exit(EXIT.interrupted));
    return this.interrupts.signal;
  }

  /** Closes what was opened, the last first; an error of one does not keep the others open. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.closers.reverse()) await close().catch((error: unknown) => errors.push(error));
    this.interrupts?.release();
    if (errors.length > 0) throw errors[0];
  }

  private async openStore({ existing }: { existing: boolean }): Promise<Store> {
    const [{ openStore }, { createCipher }, keyring] = await Promise.all([
      import("../store/openStore.ts"),
      import("../encryption/cipher.ts"),
      this.keyring(),
    ]);
    const store = await openStore({
      ...storeOptions(this.configuration),
      cipher: createCipher(keyring, "store"),
      existing,
      slow: (where) => this.sayThatItWaits(where),
    });
    this.closers.push(() => store.close());
    return store;
  }

  private sayThatItWaits(where: string): void {
    if (this.saidThatItWaits) return;
    this.saidThatItWaits = true;
    this.output.warn(`Waiting for the store (${where}): it is locked by another process, or slow.`);
  }

  private async openStack(): Promise<Stack> {
    const { joinOrStartStack } = await import("../dev/stack.ts");
    const { output } = this;
    // Joining takes no time; whoever waits longer is told what for.
    const telling = setTimeout(() => output.say("Starting Temporal for this directory …"), JOIN_MS);
    const stack = await joinOrStartStack(this.configuration, {
      progress: (line) => {
        // Whatever is said instead is more exact: that another process starts it, for one.
        clearTimeout(telling);
        output.say(line);
      },
      startWorker: (configuration) => {
        clearTimeout(telling);
        output.say("Starting the worker …");
        return this.startWorker(configuration);
      },
    }).finally(() => clearTimeout(telling));
    const { interrupted } = this;
    this.closers.push(async () => {
      // Others may have joined; Ctrl-C ends the wait for them, not their runs.
      const hurry = (): void => void stack.stop();
      interrupted.addEventListener("abort", hurry);
      await stack.stop({ afterOthers: !interrupted.aborted });
      interrupted.removeEventListener("abort", hurry);
    });
    return stack;
  }

  private async openTasker(): Promise<Tasker> {
    // The worker of a stack that starts now makes the store.
    const stack = await this.stack();
    const [store, keyring] = await Promise.all([this.store(), this.keyring()]);
    const [{ Client }, { dataConverterOf }, { connect }, { createTasker }] = await Promise.all([
      import("@temporalio/client"),
      import("../encryption/dataConverter.ts"),
      import("../client/connect.ts"),
      import("../client/tasker.ts"),
    ]);
    const options = connectionOptions({ ...this.configuration, temporalAddress: stack.address });
    const connection = await connect({ ...options, connectTimeout: CONNECT_MS });
    this.closers.push(() => connection.close());
    const dataConverter = dataConverterOf(keyring, this.configuration.encryption);
    const client = new Client({ connection, namespace: stack.namespace, dataConverter });
    return createTasker({ client, store, taskQueue: stack.taskQueue, worker: stack.worker });
  }
}

async function startOwnWorker(configuration: Configuration): Promise<StackWorker> {
  const { startWorker } = await import("../worker.ts");
  return startWorker(configuration);
}

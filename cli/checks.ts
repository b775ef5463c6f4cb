import type { Connection } from "@temporalio/client";
import { asking } from "../client/errors.ts";
import { connect } from "../client/connect.ts";
import { connectionOptions, type Configuration } from "../configuration.ts";
import { homeOf } from "../dev/home.ts";
import { joinStack } from "../dev/joinedStack.ts";
import { createSearchAttributesCommand, missingSearchAttributes } from "../client/searchAttributes.ts";
import { TaskerError } from "../protocol/errors.ts";
import type { EngineStore, Store } from "../protocol/store.ts";
import type { CheckResult } from "./checkResult.ts";
import { CONNECT_MS, type Context } from "./context.ts";
import { checkPolicy } from "./policyCheck.ts";

export interface Check {
  readonly name: string;
  check(context: Context): Promise<CheckResult>;
}

/** What `tasker doctor` looks at, in this order. */
export const CHECKS: readonly Check[] = [
  { name: "Node", check: () => Promise.resolve({ ok: true, detail: process.version }) },
  { name: "Database", check: checkStore },
  { name: "Policy", check: checkPolicy },
  { name: "Encryption", check: checkKeys },
  { name: "Google", check: checkGoogleKey },
  { name: "Engine", check: checkEngine },
  { name: "Temporal", check: (context) => withServer(context, checkNamespace) },
  { name: "Search attributes", check: (context) => withServer(context, checkSearchAttributes) },
  { name: "Workers", check: (context) => withServer(context, checkWorkers) },
  {
    name: "Runs",
    check: (context) =>
      withServer(context, (connection, configuration) => checkRuns(context, connection, configuration)),
  },
];

async function checkStore(context: Context): Promise<CheckResult> {
  const store = await existingStore(context);
  if (store === undefined) return { ok: true, detail: "none here yet; `npm start` or the first publication makes it" };
  const { versions, runs, where } = store;
  // To read is not enough: a disk that is full, or a file that may not be written, shows only when something is written.
  await store.probe();
  const [tasks, open] = await Promise.all([
    versions.list(),
    runs.list({ status: "open", provisional: true, limit: 1_000 }),
  ]);
  const more = open.length === 1_000 ? " or more" : "";
  const ended = open.filter(({ status }) => status !== "open").length;
  const unread = ended === 0 ? "" : `, ended and not yet compared with Temporal: ${ended}`;
  const counts = `published tasks: ${tasks.length}, open runs: ${open.length - ended}${more}${unread}`;
  return { ok: true, detail: `${where}: ${counts}` };
}

/** Undefined when the store has not been made yet. */
async function existingStore(context: Context): Promise<Store | undefined> {
  return context.store().catch((error: unknown) => {
    if (error instanceof TaskerError && error.code === "store_missing") return undefined;
    throw error;
  });
}

/** Ids only, and nothing is made: a key file comes with the first value that is sealed. */
async function checkKeys(context: Context): Promise<CheckResult> {
  const { source, ids } = await context.keyring().then((keyring) => ({ source: keyring.source, ids: keyring.ids() }));
  const state = context.configuration.encryption ? "on" : "off (TASKER_ENCRYPTION)";
  const [first, ...others] = ids;
  if (first === undefined) return { ok: true, detail: `${state}; no key yet: ${source} is made at the first use` };
  const rest = others.length === 0 ? "" : `; ${others.join(", ")} can still open`;
  return { ok: true, detail: `${state}; key ${first} of ${source} seals${rest}` };
}

/** Whether the key file can be read and is JSON; what Google says of it `gapi-test info` tells. */
async function checkGoogleKey({ configuration }: Context): Promise<CheckResult> {
  const { googleKeyFile } = configuration;
  if (googleKeyFile === undefined)
    return { ok: true, detail: "no key file (TASKER_GOOGLE_KEY_FILE); the keystore may have one" };
  const { configuredCredential } = await import("../worker/configuredCredential.ts");
  const text = (await configuredCredential(configuration, "google")) ?? "";
  try {
    const { type } = JSON.parse(text) as { type?: unknown };
    if (typeof type === "string") return { ok: true, detail: `${googleKeyFile}: ${type}` };
  } catch {
    // Said below; the text holds a key, so no part of it is shown.
  }
  return { ok: false, detail: `${googleKeyFile} is not a JSON key of Google: it has no "type"` };
}

/** A run goes on with the engine that it began with: this release's own, or one that it can take from the store. */
async function checkEngine(context: Context): Promise<CheckResult> {
  const [{ createSandbox }, { Sandboxes }] = await Promise.all([
    import("../sandbox/sandbox.ts"),
    import("../activities/sandboxes.ts"),
  ]);
  const make = (engine?: Uint8Array) => createSandbox({ threads: 1, cacheVms: 0, ...(engine && { engine }) });
  const store = await existingStore(context);
  const engines = store?.engines ?? NO_ENGINES;
  const sandboxes = new Sandboxes(await make(), engines, make);
  try {
    const open = (await store?.runs.list({ status: "open", provisional: true, limit: 1_000 })) ?? [];
    const own = `${sandboxes.own.engine.slice(0, 12)}, VMs start`;
    const others = [...new Set(open.map(({ engine }) => engine))].filter((engine) => engine !== sandboxes.own.engine);
    const lost: string[] = [];
    for (const engine of others) await sandboxes.for(engine).catch(() => lost.push(engine));
    if (lost.length === 0) return { ok: true, detail: own };
    const waiting = open.filter(({ engine }) => lost.includes(engine)).length;
    const names = lost.map((engine) => engine.slice(0, 12)).join(", ");
    return { ok: false, detail: `${own}; open runs that wait for a worker of another release: ${waiting} (${names})` };
  } finally {
    await sandboxes.close();
  }
}

const NO_ENGINES: EngineStore = { put: () => Promise.resolve(), get: () => Promise.resolve(undefined) };

async function withServer(
  { configuration }: Context,
  check: (connection: Connection, configuration: Configuration, address: string) => Promise<CheckResult>,
): Promise<CheckResult> {
  const remote = configuration.temporalAddress;
  const joined = remote === undefined ? joinStack(homeOf(configuration.home), configuration) : undefined;
  const address = remote ?? joined?.address;
  if (address === undefined) return { ok: true, detail: "no stack runs here; commands start one when they need it" };
  const options = connectionOptions({ ...configuration, temporalAddress: address });
  try {
    const connection = await connect({ ...options, connectTimeout: CONNECT_MS });
    try {
      return await asking("check it", () => check(connection, configuration, address));
    } finally {
      await connection.close();
    }
  } finally {
    await joined?.stop();
  }
}

async function checkNamespace(
  connection: Connection,
  { temporalNamespace: namespace }: Configuration,
  address: string,
): Promise<CheckResult> {
  const [{ serverVersion }] = await Promise.all([
    connection.workflowService.getSystemInfo({}),
    connection.workflowService.describeNamespace({ namespace }),
  ]);
  return { ok: true, detail: `server ${serverVersion} at ${address}, namespace ${namespace}` };
}

async function checkSearchAttributes(
  connection: Connection,
  { temporalNamespace: namespace }: Configuration,
  address: string,
): Promise<CheckResult> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return { ok: true, detail: "registered" };
  const command = createSearchAttributesCommand(missing, { address, namespace });
  return { ok: false, detail: `${missing.join(", ")} missing. Run \`tasker search-attributes\`, or:\n${command}` };
}

/** Runs that go on only once something of Tasker's own is back. */
async function checkRuns(
  context: Context,
  connection: Connection,
  { temporalNamespace: namespace, encryption }: Configuration,
): Promise<CheckResult> {
  const [{ Client }, { dataConverterOf }, { heldUpRuns }] = await Promise.all([
    import("@temporalio/client"),
    import("../encryption/dataConverter.ts"),
    import("../client/heldUpRuns.ts"),
  ]);
  const dataConverter = dataConverterOf(await context.keyring(), encryption);
  const heldUp = await heldUpRuns(new Client({ connection, namespace, dataConverter }));
  if (heldUp.length === 0) return { ok: true, detail: "no run is held up" };
  const lines = heldUp.slice(0, 3).map(({ taskRunId, retried: { type, attempt, lastError } }) => {
    return `${taskRunId}: ${type} is retried, attempt ${attempt}, ${lastError.code}: ${lastError.message}`;
  });
  return { ok: false, detail: [`held up: ${heldUp.length}`, ...lines].join("\n") };
}

async function checkWorkers(connection: Connection, configuration: Configuration): Promise<CheckResult> {
  const { temporalNamespace: namespace, taskQueue: name } = configuration;
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
  });
  if (pollers.length > 0) return { ok: true, detail: `${pollers.length} on task queue "${name}"` };
  return { ok: false, detail: `none on task queue "${name}": runs stay queued until one starts (\`tasker start\`)` };
}

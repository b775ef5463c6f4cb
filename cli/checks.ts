import type { Connection } from "@temporalio/client";
import { asking } from "../client/errors.ts";
import { connect } from "../client/connect.ts";
import { connectionOptions, type Configuration } from "../configuration.ts";
import { openHome } from "../dev/home.ts";
import { joinStack } from "../dev/joinedStack.ts";
import { createSearchAttributesCommand, missingSearchAttributes } from "../client/searchAttributes.ts";
import { CONNECT_MS, type Context } from "./context.ts";

export interface CheckResult {
  readonly ok: boolean;
  /** One line for a person; more where there is something to do. */
  readonly detail: string;
}

export interface Check {
  readonly name: string;
  check(context: Context): Promise<CheckResult>;
}

/** What `tasker doctor` looks at, in this order. */
export const CHECKS: readonly Check[] = [
  { name: "Node", check: () => Promise.resolve({ ok: true, detail: process.version }) },
  { name: "Database", check: checkStore },
  { name: "Engine", check: checkEngine },
  { name: "Temporal", check: (context) => withServer(context, checkNamespace) },
  { name: "Search attributes", check: (context) => withServer(context, checkSearchAttributes) },
  { name: "Workers", check: (context) => withServer(context, checkWorkers) },
];

async function checkStore(context: Context): Promise<CheckResult> {
  const { versions, runs } = await context.store();
  const [tasks, open] = await Promise.all([versions.list(), runs.list({ status: "open", limit: 1_000 })]);
  const { databaseUrl, databaseFile } = context.configuration;
  const where = databaseUrl === undefined ? databaseFile : "Postgres";
  const more = open.length === 1_000 ? " or more" : "";
  return { ok: true, detail: `${where}: published tasks: ${tasks.length}, open runs: ${open.length}${more}` };
}

/** A run goes on with the engine that it began with, and a worker has one: that of its release. */
async function checkEngine(context: Context): Promise<CheckResult> {
  const { createSandbox } = await import("../sandbox/sandbox.ts");
  const sandbox = await createSandbox({ threads: 1, cacheVms: 0 });
  try {
    const { runs } = await context.store();
    const open = await runs.list({ status: "open", limit: 1_000 });
    const others = open.filter(({ engine }) => engine !== sandbox.engine);
    const detail = `${sandbox.engine.slice(0, 12)}, VMs start`;
    if (others.length === 0) return { ok: true, detail };
    const names = [...new Set(others.map(({ engine }) => engine.slice(0, 12)))].join(", ");
    return {
      ok: false,
      detail: `${detail}; ${others.length} open runs wait for a worker of another release (${names})`,
    };
  } finally {
    await sandbox.close();
  }
}

async function withServer(
  { configuration }: Context,
  check: (connection: Connection, configuration: Configuration, address: string) => Promise<CheckResult>,
): Promise<CheckResult> {
  const remote = configuration.temporalAddress;
  const joined = remote === undefined ? joinStack(openHome(configuration.home), configuration) : undefined;
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

async function checkWorkers(connection: Connection, configuration: Configuration): Promise<CheckResult> {
  const { temporalNamespace: namespace, taskQueue: name } = configuration;
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
  });
  if (pollers.length > 0) return { ok: true, detail: `${pollers.length} on task queue "${name}"` };
  return { ok: false, detail: `none on task queue "${name}": runs stay queued until one starts (\`tasker start\`)` };
}

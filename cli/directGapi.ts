import type { Configuration } from "../configuration.ts";
import { TaskerError } from "../protocol/errors.ts";
import type { Json } from "../protocol/json.ts";
import type { CredentialName, Credentials } from "../protocol/keystore.ts";
import type { Context } from "./context.ts";
import { hasDatabase, keystoreOf } from "./keystoreOf.ts";

/** Calls `tools.gapi` by a path below it, as `["drive", "files", "list"]`: one attempt. Throws a TaskerError. */
export type CallGapi = (path: readonly string[], args: readonly Json[]) => Promise<Json>;

/**
 * `tools.gapi` without a workflow: the worker's service behind the worker's registry, with the operator's own rights.
 * @param context for the keystore; without one, or where no database is yet, the configuration alone gives the credential
 */
export async function withDirectGapi<T>(
  configuration: Configuration,
  context: Context | undefined,
  work: (call: CallGapi) => Promise<T>,
): Promise<T> {
  const [{ createGapi }, { createRegistry }, { resultJson }, { explainThrown }, credentials] = await Promise.all([
    import("../activities/tools/gapi/gapi.ts"),
    import("../activities/tools/registry.ts"),
    import("../activities/tools/resultJson.ts"),
    import("../activities/tools/toolFailure.ts"),
    credentialsOf(configuration, context),
  ]);
  const { googleSubject: subject, googleBaseUrl: baseUrl } = configuration;
  const registry = createRegistry([createGapi({ credentials, subject, baseUrl })]);
  const signal = context?.interrupted ?? new AbortController().signal;
  const command = crypto.randomUUID();
  let calls = 0;
  const call: CallGapi = async (path, args) => {
    const found = registry.resolve(["gapi", ...path], { task: "", tools: null });
    if (!found.ok) throw new TaskerError(found.error);
    try {
      const answer = await found.method.call(args, {
        ...{ idempotencyKey: `${command}:${++calls}`, taskRunId: "", task: "", attempt: 1, signal },
        ...{ links: [], reportUsage: () => undefined },
      });
      return JSON.parse(await resultJson(answer)) as Json;
    } catch (thrown) {
      const { error, retryable } = explainThrown(thrown, found.service);
      throw new TaskerError(error, { retryable, cause: thrown });
    }
  };
  try {
    return await work(call);
  } finally {
    await registry.close();
  }
}

/** What a task has as `tools.gapi`, on top of such calls. */
export function gapiOf(call: CallGapi): unknown {
  const at = (path: readonly string[]): unknown =>
    new Proxy(() => undefined, {
      get: (_, name) => (typeof name === "symbol" || name === "then" ? undefined : at([...path, name])),
      apply: (_, __, args: Json[]) => call(path, args),
    });
  return at([]);
}

/** As a worker finds them. Asking makes no database where none is. */
async function credentialsOf(configuration: Configuration, context: Context | undefined): Promise<Credentials> {
  const [{ createCredentials }, { configuredCredential }] = await Promise.all([
    import("../keystore/credentials.ts"),
    import("../worker/configuredCredential.ts"),
  ]);
  const fallback = (name: CredentialName) => configuredCredential(configuration, name);
  if (!context || !hasDatabase(configuration)) {
    return createCredentials({ keystore: { get: () => Promise.resolve(undefined) }, fallback });
  }
  const keystore = await keystoreOf(context);
  return createCredentials({ keystore, fallback });
}

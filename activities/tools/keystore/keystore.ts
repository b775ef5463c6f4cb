import { CODES, TaskerError, type TaskError, taskError } from "../../../protocol/errors.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Json } from "../../../protocol/json.ts";
import { SECRET_NAME, SERVICES_NAMESPACE, type Keystore, type SecretReader } from "../../../protocol/keystore.ts";
import type { SecretAccess } from "../../../protocol/store.ts";
import { methodTable } from "../methodTable.ts";
import type { Method, Service, ToolContext } from "../service.ts";
import { parseRequest, type KeystoreRequest } from "./request.ts";

export interface KeystoreServiceDeps {
  readonly keystore: Keystore;
  /** Why a task may not use a namespace; undefined when it may. The namespace of the services is denied in any case. */
  readonly access?: ((task: string, namespace: string) => TaskError | undefined) | undefined;
}

/** The largest secret, each byte of which JSON may write as six, with its name and namespace. */
const ARGUMENT_BYTES = 8 * LIMITS.secretBytes;

/**
 * `tools.keystore.get(name, {namespace}?)`, `set(name, value, {namespace}?)`, `delete` and `list({namespace}?)`.
 * Setting and deleting twice is the same as once. Every attempt is in the audit, with the task and the run.
 */
export function createKeystoreService({ keystore, access }: KeystoreServiceDeps): Service {
  /** A method that does its work as the task that calls, if that may use the namespace. */
  function method(
    action: Exclude<SecretAccess["action"], "rotate">,
    work: (request: KeystoreRequest, reader: SecretReader) => Promise<unknown>,
  ): Pick<Method, "argumentBytes" | "call" | "summary"> {
    return {
      summary: (args) => {
        const { namespace, name } = parseRequest(action, args);
        const place = action === "list" ? namespace : `${namespace}/${name}`;
        // Anything else may be a value in the wrong place.
        return SECRET_NAME.test(place) ? place : "";
      },
      argumentBytes: ARGUMENT_BYTES,
      async call(args: readonly Json[], { task, taskRunId }: ToolContext) {
        const request = parseRequest(action, args);
        const { namespace, name } = request;
        const reader = { actor: `task ${task}`, taskRunId };
        const denied = namespace === SERVICES_NAMESPACE ? servicesOnly(task) : access?.(task, namespace);
        if (denied === undefined) return work(request, reader);
        await keystore.refused(action, namespace, name, reader);
        throw new TaskerError(denied);
      },
    };
  }

  const methods = methodTable("keystore", {
    get: {
      kind: "read",
      quick: true,
      secret: true,
      ...method("get", async ({ namespace, name }, reader) => {
        const value = await keystore.get(namespace, name, reader);
        if (value === undefined) throw missing(namespace, name);
        return value;
      }),
    },
    set: {
      kind: "effect",
      secret: true,
      secretArguments: (args) => args.slice(1, 2),
      ...method("set", ({ namespace, name, value }, reader) => keystore.set(namespace, name, value, reader)),
    },
    delete: {
      kind: "effect",
      ...method("delete", ({ namespace, name }, reader) => keystore.delete(namespace, name, reader)),
    },
    list: {
      kind: "read",
      quick: true,
      ...method("list", async ({ namespace }, reader) => {
        const secrets = await keystore.list(namespace, reader);
        return secrets.map(({ name, createdAt, updatedAt }) => ({
          name,
          createdAt: new Date(createdAt).toISOString(),
          updatedAt: new Date(updatedAt).toISOString(),
        }));
      }),
    },
  });
  return { ...methods, secret: true };
}

function servicesOnly(task: string): TaskError {
  const message =
    `Task ${JSON.stringify(task)} may not use the namespace "${SERVICES_NAMESPACE}" of the keystore: it holds the credentials ` +
    "of the services themselves. Call the service, as tools.openai; keep what tasks need in another namespace.";
  return taskError(CODES.denied, message);
}

function missing(namespace: string, name: string): TaskerError {
  const message = `There is no secret ${namespace}/${name}. Store it: npm run keystore -- set ${name} --namespace ${namespace}`;
  return new TaskerError(taskError(CODES.secretMissing, message));
}

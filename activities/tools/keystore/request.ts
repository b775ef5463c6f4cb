import { CODES, TaskerError, taskError } from "../../../protocol/errors.ts";
import type { Json } from "../../../protocol/json.ts";
import { DEFAULT_NAMESPACE } from "../../../protocol/keystore.ts";
import { LIMITS } from "../../../protocol/limits.ts";

/** What a task asks of the keystore; names and values are the keystore's to judge. */
export interface KeystoreRequest {
  readonly namespace: string;
  /** Empty for `list`. */
  readonly name: string;
  /** For `set` only; else empty. */
  readonly value: string;
}

const SIGNATURES = {
  get: "get(name, {namespace})",
  set: "set(name, value, {namespace})",
  delete: "delete(name, {namespace})",
  list: "list({namespace})",
} as const;

/** Throws `invalid_argument`. No message quotes an argument: it may be a secret in the wrong place. */
export function parseRequest(method: keyof typeof SIGNATURES, args: readonly Json[]): KeystoreRequest {
  const wrong = (why: string): TaskerError => {
    const message = `keystore.${SIGNATURES[method]}: ${why}.`;
    return new TaskerError(taskError(CODES.invalidArgument, message));
  };
  const needed = method === "list" ? [] : method === "set" ? ["name", "value"] : ["name"];
  const texts = needed.map((what, index) => {
    const given = args[index];
    if (typeof given === "string") return given;
    if (what === "name") throw wrong("the name is a string");
    throw wrong("the value is a string; store an object as JSON.stringify gives it");
  });
  if (args.length > needed.length + 1) throw wrong("that is an argument too many");
  const options = args[needed.length] ?? {};
  if (typeof options !== "object" || Array.isArray(options)) throw wrong("the options are an object");
  const { namespace = DEFAULT_NAMESPACE, ...unknown } = options;
  if (Object.keys(unknown).length > 0) throw wrong("namespace is the only option");
  if (typeof namespace !== "string") throw wrong("the namespace is a string");
  const [name = "", value = ""] = texts;
  if (name.length > LIMITS.secretNameBytes) throw wrong(`the name is longer than ${LIMITS.secretNameBytes}`);
  if (namespace.length > LIMITS.secretNameBytes) throw wrong(`the namespace is longer than ${LIMITS.secretNameBytes}`);
  return { namespace, name, value };
}

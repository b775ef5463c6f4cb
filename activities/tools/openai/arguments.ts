import type { Json } from "../../../protocol/json.ts";
import { OPENAI_BOUNDS } from "./bounds.ts";
import { invalidArgument } from "./faults.ts";
import type { Arguments, Operation } from "./operations.ts";

/**
 * Checks that the arguments are those which the method takes, and that nothing stands where the library has its options.
 * What is in the body is for the API to judge. Throws a TaskerError, `invalid_argument`.
 */
export function parseArguments(method: string, takes: Operation["takes"], args: readonly Json[]): Arguments {
  const given: { body: Arguments["body"]; id: string; query: Arguments["query"] } = { body: {}, id: "", query: {} };
  takes.forEach((name, index) => {
    const value = args[index] ?? undefined;
    if (name === "id") given.id = parseId(method, value);
    else if (name === "body") given.body = parseBody(method, value);
    else given.query = value === undefined ? {} : parseObject(method, "the query", value);
  });
  const rest = args.slice(takes.length).filter((value) => value !== null && !isEmpty(value));
  if (rest.length > 0) {
    throw invalidArgument(
      method,
      "the options argument of the client library cannot be used: key, base URL, headers, timeout and retries are set by the operator.",
    );
  }
  return given;
}

function parseBody(method: string, value: Json | undefined): Arguments["body"] {
  const body = parseObject(method, "the first argument", value);
  const stream = body["stream"] ?? false;
  if (typeof stream !== "boolean") throw invalidArgument(method, "stream must be true or false.");
  return body;
}

function parseObject(method: string, what: string, value: Json | undefined): Arguments["body"] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw invalidArgument(method, `${what} must be an object.`);
}

function parseId(method: string, value: Json | undefined): string {
  if (typeof value !== "string" || value === "" || value.length > OPENAI_BOUNDS.idCharacters || /^\.+$/.test(value)) {
    throw invalidArgument(method, `the first argument must be an id of 1 to ${OPENAI_BOUNDS.idCharacters} characters.`);
  }
  return value;
}

function isEmpty(value: Json): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

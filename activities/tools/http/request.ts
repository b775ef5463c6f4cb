import { Headers } from "undici";
import type { Json } from "../../../protocol/json.ts";
import { unknownOption } from "../unknownOption.ts";
import { HTTP_BOUNDS } from "./bounds.ts";
import { invalidArgument, invalidUrl } from "./faults.ts";
import { quoted } from "../../../protocol/text.ts";

/** A checked request. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array | null;
  readonly redirect: "follow" | "manual" | "error";
  readonly responseType: "text" | "json" | "base64" | undefined;
  readonly timeoutMs: number;
  /** Whether the author set `timeoutMs`: then its end is final. */
  readonly timeoutChosen: boolean;
}

const READS = ["GET", "HEAD", "OPTIONS"];
const METHODS = [...READS, "POST", "PUT", "PATCH", "DELETE"];

const OPTIONS = ["method", "headers", "body", "redirect", "timeoutMs", "responseType"];
/** For options of fetch, and of other clients. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["idempotencyKey", "Effects carry a key of their own; to send another, set the header Idempotency-Key."],
  ["json", "Put the value into body: what is not a string is sent as JSON."],
  ["data", "Put it into body."],
  ["params", "Put them into the URL."],
  ["query", "Put it into the URL."],
  ["signal", "timeoutMs bounds an attempt; what a task no longer awaits is cancelled at its end."],
]);
const TWO_ARGUMENTS = "it takes a URL and init, and no third argument.";

/** Headers that frame the message, choose the host behind the allow-list's back, or speak to a proxy. */
const OWN_HEADERS =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|proxy-.*)$/;

/** Throws a TaskerError, `http_invalid_url` or `invalid_argument`, that names what is wrong. */
export function parseRequest(args: readonly Json[]): HttpRequest {
  const [target, init, wire] = args;
  const options = asOptions(init);
  const unknown = unknownOption(options, OPTIONS, ADVICE);
  if (unknown !== undefined) throw invalidArgument(unknown);
  if (args.length > 3) throw invalidArgument(TWO_ARGUMENTS);
  const method = methodOf(args);
  if (!METHODS.includes(method)) throw invalidArgument(`init.method must be one of ${METHODS.join(", ")}.`);
  const headers = parseHeaders(options["headers"]);
  const body = parseBody(options["body"], headers, parseBodyType(wire));
  if (body !== null && (method === "GET" || method === "HEAD"))
    throw invalidArgument(`a ${method} request has no body.`);
  return {
    url: parseUrl(target),
    method,
    headers,
    body,
    redirect: oneOf(options, "redirect", ["follow", "manual", "error"]) ?? "follow",
    responseType: oneOf(options, "responseType", ["text", "json", "base64"]),
    timeoutMs: parseTimeout(options["timeoutMs"]) ?? HTTP_BOUNDS.timeoutMs,
    timeoutChosen: parseTimeout(options["timeoutMs"]) !== undefined,
  };
}

/** The method in capitals; what is none is refused later. */
export function methodOf(args: readonly Json[]): string {
  const method = asOptions(args[1])["method"] ?? "GET";
  return typeof method === "string" ? method.toUpperCase() : "";
}

export function isRead(method: string): boolean {
  return READS.includes(method);
}

/** Milliseconds; undefined when not set. */
export function parseTimeout(value: Json | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= 1 && value <= HTTP_BOUNDS.maxTimeoutMs) return Math.ceil(value);
  throw invalidArgument(`init.timeoutMs must be a number from 1 to ${HTTP_BOUNDS.maxTimeoutMs}.`);
}

export function asOptions(init: Json | undefined): Readonly<Record<string, Json>> {
  if (init === undefined || init === null) return {};
  if (typeof init === "object" && !Array.isArray(init)) return init;
  throw invalidArgument("the second argument, init, must be an object.");
}

/** Also checks where a redirect leads. `base` is the URL that redirected. */
export function parseUrl(target: Json | undefined, base?: URL): URL {
  if (typeof target !== "string") throw invalidUrl("http.fetch takes a URL string first.");
  if (target.length > HTTP_BOUNDS.urlBytes)
    throw invalidUrl(`The URL is longer than ${HTTP_BOUNDS.urlBytes} characters.`);
  const url = URL.parse(target, base?.href);
  // No message repeats the URL: its query or its credentials may be secret.
  if (!url) throw invalidUrl("The URL is not absolute or not valid; it must look like https://host/path.");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalidUrl(`The URL's scheme must be http or https, not ${quoted(url.protocol)}.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw invalidUrl("The URL carries a user name or password; send them in an authorization header.");
  }
  return url;
}

/** Takes what `fetch` takes: an object or an array of pairs. */
function parseHeaders(value: Json | undefined): Headers {
  const headers = new Headers();
  if (value === undefined || value === null) return headers;
  if (typeof value !== "object") throw invalidArgument("init.headers must be an object.");
  let bytes = 0;
  for (const [name, content] of Array.isArray(value) ? value.map(asPair) : Object.entries(value)) {
    const shown = quoted(name);
    if (typeof content !== "string" && typeof content !== "number" && typeof content !== "boolean") {
      throw invalidArgument(`header ${shown} must be a string.`);
    }
    if (OWN_HEADERS.test(name.toLowerCase())) throw invalidArgument(`header ${shown} cannot be set.`);
    bytes += name.length + String(content).length + 4;
    if (bytes > HTTP_BOUNDS.headerBytes)
      throw invalidArgument(`the headers are larger than ${HTTP_BOUNDS.headerBytes} bytes.`);
    try {
      headers.append(name, String(content));
    } catch {
      throw invalidArgument(`header ${shown} has a name or value that HTTP does not allow.`);
    }
  }
  return headers;
}

function asPair(pair: Json): [string, Json] {
  if (Array.isArray(pair) && typeof pair[0] === "string" && pair[1] !== undefined) return [pair[0], pair[1]];
  throw invalidArgument("init.headers must be an object, or an array of [name, value].");
}

/** What the VM says of a body that JSON cannot hold (sandbox/prelude/requestBody.ts): URLSearchParams, or bytes as base64. */
type BodyType = "form" | "base64" | undefined;

function parseBodyType(wire: Json | undefined): BodyType {
  if (wire === undefined || wire === null) return undefined;
  const { bodyType } = asOptions(wire);
  if (bodyType === "form" || bodyType === "base64") return bodyType;
  throw invalidArgument(TWO_ARGUMENTS);
}

/** A string and bytes are sent as they are, any other value as JSON; the content type follows unless the author set one. */
function parseBody(value: Json | undefined, headers: Headers, bodyType: BodyType): HttpRequest["body"] {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const body = bodyType === "base64" ? Buffer.from(text, "base64") : text;
  if (Buffer.byteLength(body) > HTTP_BOUNDS.requestBytes) {
    throw invalidArgument(`the body is larger than ${HTTP_BOUNDS.requestBytes} bytes.`);
  }
  if (!headers.has("content-type")) headers.set("content-type", contentTypeOf(value, bodyType));
  return body;
}

function contentTypeOf(value: Json, bodyType: BodyType): string {
  if (bodyType === "form") return "application/x-www-form-urlencoded;charset=UTF-8";
  if (bodyType === "base64") return "application/octet-stream";
  return typeof value === "string" ? "text/plain;charset=UTF-8" : "application/json";
}

function oneOf<T extends string>(
  options: Readonly<Record<string, Json>>,
  key: string,
  values: readonly T[],
): T | undefined {
  const value = options[key];
  if (value === undefined) return undefined;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw invalidArgument(`init.${key} must be one of ${values.join(", ")}.`);
  return found;
}

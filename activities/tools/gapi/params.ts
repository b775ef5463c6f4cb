import { Readable } from "node:stream";
import type { Json } from "../../../protocol/json.ts";
import { unknownOption } from "../unknownOption.ts";
import { asObject } from "./callOptions.ts";
import type { GapiMethod } from "./catalog.ts";
import { invalidCall } from "./faults.ts";
import { quoted } from "../../../protocol/text.ts";

export interface Params {
  /** As the library takes them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The user whose data a Gmail call names by address: it acts as that user. */
  readonly owner: string | undefined;
  /** Whether the answer is a file, not a resource. */
  readonly wantsMedia: boolean;
}

/** The library takes these for itself: a key in place of the token, headers of its own. */
const OWN = ["auth", "headers", "params"];

/** Answers a file whatever `alt` says: Drive exports a document as PDF, YouTube captions as text. */
const FILES =
  /^(drive\..*\.files\.export|youtube\..*\.captions\.download|androidpublisher\..*\.download|doubleclicksearch\..*\.getFile)$/;

/** List methods of the Directory API that need a customer, a domain or a user, though no one of them is required. */
const OF_A_CUSTOMER = new Set(["users.list", "users.watch", "groups.list"]);

/** Checks a call's parameters and adds the usual customer. Throws `invalid_argument` that names the parameter. */
export function parseParams(tool: string, method: GapiMethod, value: Json | undefined): Params {
  const given = asObject(tool, "parameters", value);
  for (const [name, content] of Object.entries(given)) checkParam(tool, method, name, content);
  const values: Record<string, unknown> = { ...defaultCustomer(method, given), ...given };
  const missing = method.spec.requiredParams.filter((name) => isMissing(values[name]) && isMissing(values[`${name}_`]));
  if (missing.length > 0)
    throw invalidCall(tool, `it needs the parameter${missing.length > 1 ? "s" : ""} ${missing.join(", ")}.`);
  if ("media" in given) values["media"] = parseMedia(tool, method, given["media"]);
  const { userId } = given;
  return {
    values,
    owner: method.api === "gmail" && typeof userId === "string" && userId.includes("@") ? userId : undefined,
    wantsMedia: given["alt"] === "media" || FILES.test(`${method.api}.${method.version}.${method.path}`),
  };
}

function checkParam(tool: string, { spec }: GapiMethod, name: string, content: Json): void {
  const shown = quoted(name);
  if (OWN.includes(name)) throw invalidCall(tool, `the parameter ${shown} cannot be set.`);
  if (name === "alt" && content !== "json" && content !== "media")
    throw invalidCall(tool, '"alt" must be "json" or "media".');
  const inPath = name.replace(/_$/, "");
  if (spec.pathParams.includes(inPath)) checkPathParam(tool, shown, content, takesSlashes(spec.urlTemplate, inPath));
  if (name === "requestBody" || name === "resource") {
    if (spec.httpMethod !== "GET" || content === null) return;
    throw invalidCall(tool, "a method that only reads takes no requestBody.");
  }
  if (name !== "media" && typeof content === "object" && content !== null && !Array.isArray(content)) {
    throw invalidCall(tool, `the parameter ${shown} is an object. What is to be written stands in requestBody.`);
  }
}

/** Whether a value may have several segments: then its slashes, `?` and `#` stand in the URL as they are. */
function takesSlashes(urlTemplate: string, name: string): boolean {
  return urlTemplate.includes(`{+${name}`) || urlTemplate.includes(`{${name}*`);
}

/**
 * A value in the path must not lead to another method than the one that the policy allowed: no segment that is a dot or
 * two (encoded ones count, for URLs do), nothing that begins a query or a fragment, and no segment that is empty.
 */
function checkPathParam(tool: string, shown: string, content: Json, slashes: boolean): void {
  if (typeof content === "number" || typeof content === "boolean") return;
  if (typeof content !== "string") throw invalidCall(tool, `the parameter ${shown} must be a string.`);
  if (content === "") throw invalidCall(tool, `the parameter ${shown} is empty.`);
  const segments = content.split(/[/\\]/);
  const isDots = (segment: string): boolean => /^(\.|%2e){1,2}$/i.test(segment);
  const isOther = slashes && (segments.includes("") || /[?#]/.test(content));
  if (segments.some(isDots) || isOther || (segments.length > 1 && /[?#]|\/\//.test(content))) {
    throw invalidCall(tool, `the parameter ${shown} is not the name of a resource.`);
  }
}

function defaultCustomer(
  { api, version, path, spec }: GapiMethod,
  given: Readonly<Record<string, Json>>,
): Record<string, string> {
  const name = ["customer", "customerKey"].find((param) => spec.requiredParams.includes(param));
  if (name !== undefined) return { [name]: "my_customer" };
  const chosen = ["customer", "domain", "userKey"].some((param) => !isMissing(given[param]));
  const isOfCustomer = api === "admin" && version === "directory_v1" && OF_A_CUSTOMER.has(path);
  return isOfCustomer && !chosen ? { customer: "my_customer" } : {};
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** `{mimeType, body}` with text, or `{mimeType, base64}`. */
function parseMedia(
  tool: string,
  { spec }: GapiMethod,
  value: Json | undefined,
): { mimeType?: string; body: string | Readable } {
  if (!spec.takesMedia) throw invalidCall(tool, "it takes no upload.");
  const media = asObject(tool, "media", value);
  const unknown = unknownOption(media, ["mimeType", "body", "base64"]);
  if (unknown !== undefined) throw invalidCall(tool, `media: ${unknown}`);
  const { mimeType, body, base64 } = media;
  if (mimeType !== undefined && (typeof mimeType !== "string" || !/^[\x21-\x7e][\x20-\x7e]{0,199}$/.test(mimeType))) {
    throw invalidCall(tool, "media.mimeType must be a media type, as text/plain.");
  }
  const type = mimeType === undefined ? {} : { mimeType };
  if (typeof body === "string" && base64 === undefined) return { ...type, body };
  if (typeof base64 === "string" && body === undefined)
    return { ...type, body: Readable.from([Buffer.from(base64, "base64")]) };
  throw invalidCall(
    tool,
    "media takes its content as a string in body, or in base64: {mimeType, body} or {mimeType, base64}.",
  );
}

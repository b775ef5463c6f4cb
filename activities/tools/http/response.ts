import { TextDecoder } from "node:util";
import type { Response } from "undici";
import type { Json } from "../../../protocol/json.ts";
import { parseJson } from "../../sliced/parseJson.ts";
import { HTTP_BOUNDS } from "./bounds.ts";
import type { Exchange } from "./exchange.ts";
import { explainFault, HTTP_CODES, httpError, tooLargeBody } from "./faults.ts";
import type { HttpRequest } from "./request.ts";

/** What `tools.http.fetch` answers: fetch's Response as plain data. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  /** Status 200 to 299. */
  readonly ok: boolean;
  readonly redirected: boolean;
  /** The last URL, without its fragment. */
  readonly url: string;
  /** Names in lower case; a repeated header's values are joined by ", ", but `set-cookie` is always an array. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The text, decoded by the content type's charset or else as UTF-8; base64 with `responseType: "base64"`. Left out when `json` was asked for, or its text is larger than `HTTP_BOUNDS.bothBytes`. */
  readonly body?: string;
  /** The parsed body, when the content type is JSON and the body parses, or `responseType` is "json". */
  readonly json?: Json;
}

/** Reads the response and makes it plain data. Stops at `HTTP_BOUNDS.responseBytes`, counted after decompression. */
export async function readResponse(from: Exchange, wanted: HttpRequest["responseType"]): Promise<HttpAnswer> {
  const { response, url, redirected } = from;
  const host = url.host;
  const body = await readBody(response, host);
  const { status, statusText, ok } = response;
  const shown = new URL(url);
  shown.hash = "";
  const head = { status, statusText, ok, redirected, url: shown.href, headers: plainHeaders(response) };
  if (wanted === "base64") return { ...head, body: body.toString("base64") };

  const type = response.headers.get("content-type") ?? "";
  const text = decode(body, type);
  if (wanted === "text" || (wanted === undefined && !/^[^;]*[/+]json\s*(;|$)/i.test(type)))
    return { ...head, body: text };
  const json = await tryJson(text);
  if (json && wanted === undefined && Buffer.byteLength(text) > HTTP_BOUNDS.bothBytes) {
    return { ...head, json: json.value };
  }
  if (wanted === undefined) return { ...head, body: text, ...(json && { json: json.value }) };
  if (json) return { ...head, json: json.value };
  if (text.trim() === "") return { ...head, json: null };
  // An error page that is not JSON still tells its status.
  if (!ok) return { ...head, body: text };
  throw httpError(
    HTTP_CODES.notJson,
    `${host} answered ${status} with a body that is not JSON (${type || "no content type"}).`,
  );
}

async function readBody(response: Response, host: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      // Leaving the loop cancels the body, and with it the connection.
      if (bytes > HTTP_BOUNDS.responseBytes) throw tooLargeBody(host);
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw explainFault(thrown, host);
  }
  return Buffer.concat(chunks, bytes);
}

/** `Object.fromEntries` makes own properties, so that a header named `__proto__` is only a header. */
function plainHeaders(response: Response): HttpAnswer["headers"] {
  const cookies = response.headers.getSetCookie();
  const others = [...response.headers].filter(([name]) => name !== "set-cookie");
  return Object.fromEntries<string | string[]>(cookies.length ? [...others, ["set-cookie", cookies]] : others);
}

function decode(body: Buffer, contentType: string): string {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1];
  return decoderFor(charset).decode(body);
}

/** What is no charset is read as UTF-8, as fetch reads everything. */
function decoderFor(charset = "utf-8"): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

async function tryJson(text: string): Promise<{ value: Json } | undefined> {
  try {
    return { value: await parseJson(text) };
  } catch {
    return undefined;
  }
}

import { base64 } from "./base64.ts";
import { hostError } from "./hostErrors.ts";
import { getOwnPropertyDescriptor, isView, NativeUint8Array, ownKeys } from "./intrinsics.ts";
import { kindOf, paramsToString } from "./kinds.ts";

/**
 * Arguments of `http.fetch` as JSON can carry them: a body of bytes travels as base64, URLSearchParams as the text of a form,
 * and a third argument says which. Every other body stays as it is.
 */
export function requestArguments(args: readonly unknown[]): readonly unknown[] {
  if (args.length > 2 && args[2] !== undefined) {
    throw hostError("invalid_argument", "guest", "http.fetch takes a URL and init, and no third argument");
  }
  const init = args[1];
  if (typeof init !== "object" || init === null) return args;
  const { body } = init as { body?: unknown };
  if (typeof body !== "object" || body === null) return args;
  const form = kindOf(body)?.form;
  if (form === "form") return [args[0], withBody(init, paramsToString(body)), wire("form")];
  if (form === "bytes" || form === "buffer") {
    return [
      args[0],
      withBody(init, base64(bytesOf(body as ArrayBuffer | ArrayBufferView<ArrayBuffer>))),
      wire("base64"),
    ];
  }
  return args;
}

function bytesOf(body: ArrayBuffer | ArrayBufferView<ArrayBuffer>): Uint8Array {
  if (!isView(body)) return new NativeUint8Array(body);
  return new NativeUint8Array(body.buffer, body.byteOffset, body.byteLength);
}

function wire(bodyType: "form" | "base64"): object {
  return { __proto__: null, bodyType };
}

/** The author's own object stays as it is. */
function withBody(init: object, body: string): object {
  const copy: Record<string, unknown> = { __proto__: null };
  const keys = ownKeys(init);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string | symbol;
    if (typeof key === "symbol" || getOwnPropertyDescriptor(init, key)?.enumerable !== true) continue;
    copy[key] = key === "body" ? body : (init as Record<string, unknown>)[key];
  }
  copy["body"] = body;
  return copy;
}

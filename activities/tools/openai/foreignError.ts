import { safeText } from "../../../protocol/text.ts";

/** Bytes of a body that is of no known form. */
const SHOWN = 1500;

/**
 * The body of an error as OpenAI writes it, `{"error": {"message": …}}`, which is all that the client library reads.
 * Compatible servers have forms of their own: FastAPI's `{"detail": …}`, a `message` at the top. A body that is not JSON,
 * or has `error`, is returned as it is.
 */
export function asOpenaiError(text: string): string {
  const body = parse(text);
  if (body === undefined || (isObject(body) && body["error"] !== undefined)) return text;
  const fields = isObject(body) ? body : {};
  const message = said(fields["detail"]) ?? said(fields["message"]) ?? said(body) ?? safeText(text, SHOWN);
  const { type, code, param } = fields;
  return JSON.stringify({ error: { message, type, ...(typeof code === "string" ? { code } : {}), param } });
}

/** A text; or a list of what is wrong where, as `[{"loc": ["body", "model"], "msg": "Field required"}]`. */
function said(detail: unknown): string | undefined {
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) return detail.map((each) => said(each) ?? JSON.stringify(each)).join("; ");
  if (!isObject(detail)) return undefined;
  const { loc, msg, message } = detail;
  const what = typeof msg === "string" ? msg : typeof message === "string" ? message : undefined;
  return what !== undefined && Array.isArray(loc) ? `${loc.join(".")}: ${what}` : what;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

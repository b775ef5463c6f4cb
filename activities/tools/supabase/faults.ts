import { errorTable, TaskerError, upstreamError } from "../../../protocol/errors.ts";
import type { Json } from "../../../protocol/json.ts";
import { safeText } from "../../../protocol/text.ts";
import { MappedFault } from "../mappedFault.ts";
import { findInCauses } from "../networkFault.ts";
import { retryAfterMs } from "../retryAfter.ts";
import { SUPABASE_BOUNDS } from "./bounds.ts";
import type { Chain } from "./chain.ts";
import { isObject } from "./checks.ts";

/**
 * Codes that `supabase` rejects with, beside `supabase_` and the server's own code in small letters (`supabase_pgrst116`,
 * `supabase_23505`), or `supabase_http_` and the status where it gives none.
 */
export const { codes: SUPABASE_CODES, error: supabaseFault } = errorTable({
  limit: {
    tooLarge: "supabase_too_large",
  },
  tool: {
    /** No key, or no SUPABASE_URL. */
    credentialsMissing: "credentials_missing",
    /** The key is wrong, has been revoked, or has expired. */
    credentialsInvalid: "credentials_invalid",
    /** The connection could not be made. Retried, except if the host does not exist. */
    unreachable: "supabase_unreachable",
    tls: "supabase_tls",
    /** The connection broke before the answer was whole. Retried. */
    connectionLost: "supabase_connection_lost",
    /** `SUPABASE_BOUNDS.timeoutMs` is over. Retried. */
    timeout: "supabase_timeout",
    /** The request went out and no proper answer came: what it was to change may have changed. Never retried. */
    outcomeUnknown: "supabase_outcome_unknown",
    /** What came is not JSON, not HTTP, or leads elsewhere. */
    badAnswer: "supabase_bad_answer",
  },
});

/** PostgREST found no database, or Postgres rolled back for another transaction's or its resources' sake: nothing was done. */
const UNDONE = /^(PGRST00[0-3]|40001|40P01|53\d\w\w)$/;
/** The connection to Postgres broke, or Postgres goes down. */
const PASSING = /^(08\w{3}|57P0\d)$/;
const NEVER_SENT = new Set([
  ...["ECONNREFUSED", "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EAI_AGAIN"],
  ...["EMFILE", "ENFILE", "UND_ERR_CONNECT_TIMEOUT"],
]);

/** What a chain is about, for messages: where it goes and what happens when it fails midway. */
export interface Target extends Pick<Chain, "kind" | "summary" | "repeatable"> {
  readonly host: string;
}

export function fault(code: Parameters<typeof supabaseFault>[0], message: string, retryable = false): TaskerError {
  return new TaskerError(supabaseFault(code, safeText(message, 4000)), { retryable });
}

/** The server's own code, in small letters. */
function refused(code: string, message: string, retryable = false): TaskerError {
  return new TaskerError(upstreamError(`supabase_${code.toLowerCase()}`, safeText(message, 4000)), { retryable });
}

export function missing(what: "url" | "key"): TaskerError {
  const advice =
    what === "url"
      ? "SUPABASE_URL is not set. Set it to the project's URL, as https://PROJECT.supabase.co, where the worker runs"
      : "no key is set. Put the project's secret key into the keystore (npm run keystore -- set supabase --namespace services) or into SUPABASE_SERVICE_ROLE_KEY";
  return fault(SUPABASE_CODES.credentialsMissing, `supabase: ${advice}; see docs/supabase.md.`);
}

export function refusedKey(host: string, reason: string): TaskerError {
  return fault(
    SUPABASE_CODES.credentialsInvalid,
    `${host} refuses the key${reason === "" ? "" : ` (${reason})`}. Put the project's own, unexpired key into the keystore: ` +
      "npm run keystore -- set supabase --namespace services. If it is, compare this machine's clock and SUPABASE_URL.",
  );
}

export function tooLarge({ host, kind, summary }: Target): TaskerError {
  const advice =
    kind === "read"
      ? "Ask for fewer rows or columns: .limit(), .range(), .select()."
      : "What it changed stays changed.";
  const message = `${host}'s answer to ${summary} is larger than ${SUPABASE_BOUNDS.answerBytes} bytes. ${advice}`;
  return fault(SUPABASE_CODES.tooLarge, message);
}

export function timedOut(target: Target, timeoutMs: number): TaskerError {
  const reason = `${target.host} did not answer to ${target.summary} within ${timeoutMs} ms`;
  return target.repeatable ? fault(SUPABASE_CODES.timeout, `${reason}.`, true) : outcomeUnknown(target, reason);
}

export function badAnswer(target: Target, what: string): TaskerError {
  return fault(
    SUPABASE_CODES.badAnswer,
    `${target.host} answered to ${target.summary} with ${what}. Is SUPABASE_URL right?`,
  );
}

function outcomeUnknown({ summary }: Target, reason: string): TaskerError {
  return fault(
    SUPABASE_CODES.outcomeUnknown,
    `${reason}, so ${summary} may have happened or not. It is not tried again: look before you do. ` +
      "An upsert with onConflict, of rows that have those columns, can be tried again and is.",
  );
}

/** What `fetch` throws. */
export function networkFault(thrown: unknown, target: Target): Error {
  if (thrown instanceof TaskerError || thrown instanceof MappedFault) return thrown;
  const code = findInCauses(thrown, (error) =>
    "code" in error && typeof error.code === "string" ? error.code : undefined,
  );
  const connecting = findInCauses(thrown, (error) =>
    "syscall" in error && error.syscall === "connect" ? true : undefined,
  );
  const { host, repeatable } = target;
  const shown = code === undefined ? "" : ` (${code})`;
  if (code === "ENOTFOUND" || code === "ENODATA") {
    return fault(SUPABASE_CODES.unreachable, `There is no host ${host}. Correct SUPABASE_URL.`);
  }
  if (connecting || (code !== undefined && NEVER_SENT.has(code))) {
    return fault(SUPABASE_CODES.unreachable, `${host} could not be reached${shown}.`, true);
  }
  if (/CERT|SIGNED|^ERR_(TLS|SSL)|EPROTO|^UNABLE_TO/.test(code ?? "")) {
    return fault(SUPABASE_CODES.tls, `No trusted TLS connection to ${host}${shown}.`);
  }
  if (!repeatable) return outcomeUnknown(target, `The connection to ${host} broke${shown}`);
  return fault(SUPABASE_CODES.connectionLost, `The connection to ${host} broke${shown}.`, true);
}

/** An answer that is no success, from the database, PostgREST, the storage server or a gateway before them. */
export function refusal(status: number, headers: Headers, text: string, target: Target): Error {
  const { host, repeatable, summary } = target;
  if (status < 400)
    return badAnswer(target, `a redirect (${status}) to ${safeText(headers.get("location") ?? "nowhere", 200)}`);
  const body = parse(text);
  const code = word(body["code"]) ?? "";
  const reason = reasonOf(body, text);
  if (status === 401 && code !== "42501") return refusedKey(host, reason);

  const gateway = code === "" && (status >= 500 || status === 408);
  if (!repeatable && (gateway || PASSING.test(code)))
    return outcomeUnknown(target, `${host} answered ${status}: ${reason}`);
  const retryable = status === 429 || UNDONE.test(code) || gateway || PASSING.test(code);
  const own = code === "" ? `http_${word(body["statusCode"]) ?? status}` : code;
  const error = refused(own, `${summary}: ${reason} (${code === "" ? "" : `${code}, `}HTTP ${status})`, retryable);
  const wait = retryable ? retryAfterMs(headers) : undefined;
  if (wait === undefined) return error;
  return new MappedFault({ error: error.toTaskError(), retryable, retryAfterMs: wait });
}

/** An error that the client library made of a success: `maybeSingle` that found two rows, or a body that is not JSON. */
export function libraryError(error: unknown, target: Target): TaskerError {
  const body: Body = isObject(error) ? error : {};
  const code = word(body["code"]);
  if (code === undefined) return badAnswer(target, `something that is not JSON: ${reasonOf(body, "")}`);
  return refused(code, `${target.summary}: ${reasonOf(body, "")} (${code})`);
}

type Body = Readonly<Record<string, Json>>;

function parse(text: string): Body {
  try {
    const body = JSON.parse(text) as Json;
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}

/** PostgREST tells message, details and hint; the storage server message and error; a gateway any of them, or a page. */
function reasonOf(body: Body, text: string): string {
  const message =
    told(body["message"]) ?? told(body["msg"]) ?? told(body["error"]) ?? told(safeText(text, 300)) ?? "no reason given";
  const details = told(body["details"]);
  const hint = told(body["hint"]);
  const parts = [message, details && `Details: ${details}`, hint && `Hint: ${hint}`];
  return parts.flatMap((part) => part?.replace(/\.$/, "") ?? []).join(". ");
}

function told(value: Json | undefined): string | undefined {
  return typeof value === "string" && value.trim() !== ""
    ? safeText(value.trim().replaceAll(/\s+/g, " "), 1000)
    : undefined;
}

function word(value: Json | undefined): string | undefined {
  return typeof value === "string" && /^[A-Za-z0-9_]{1,50}$/.test(value) ? value : undefined;
}

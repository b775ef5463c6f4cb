import { createHash, createPrivateKey } from "node:crypto";
import { GAPI_CODES, gapiError } from "./faults.ts";

/** Google's own; a key's `token_uri` takes its place. */
const TOKEN_URI = "https://oauth2.googleapis.com/token";

/** What the operator set up, checked. */
export type GoogleCredential = ServiceAccount | AuthorizedUser;

export interface ServiceAccount {
  readonly kind: "service_account";
  /** Differs whenever the credential does. */
  readonly id: string;
  readonly email: string;
  /** The number that the Admin console knows the account by; older keys lack it. */
  readonly clientId: string | undefined;
  readonly privateKey: string;
  readonly tokenUri: string;
}

/** A person's own consent: the refresh token of an OAuth client. */
export interface AuthorizedUser {
  readonly kind: "authorized_user";
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly tokenUri: string;
}

const WHERE =
  "Store it with `npm run keystore -- set google --namespace services < key.json`, or name its file in TASKER_GOOGLE_KEY_FILE; docs/google.md has each step.";

/** Throws a TaskerError, `credentials_missing` or `credentials_invalid`, that names what to put right and where; never a part of the secret. */
export function parseCredential(text: string | undefined): GoogleCredential {
  if (text === undefined || text.trim() === "") {
    const what = "No credential for Google is set up: a service account's JSON key, or an authorized_user's.";
    throw gapiError(GAPI_CODES.credentialsMissing, `${what} ${WHERE}`);
  }
  const id = createHash("sha256").update(text).digest("hex");
  const fields = parseObject(text);
  const type = fields["type"];
  if (type === "service_account") {
    const privateKey = required(fields, "private_key", type);
    checkPrivateKey(privateKey);
    return {
      ...{ kind: type, id, privateKey, tokenUri: tokenUri(fields) },
      email: required(fields, "client_email", type),
      clientId: optional(fields, "client_id"),
    };
  }
  if (type === "authorized_user") {
    return {
      ...{ kind: type, id, tokenUri: tokenUri(fields) },
      clientId: required(fields, "client_id", type),
      clientSecret: required(fields, "client_secret", type),
      refreshToken: required(fields, "refresh_token", type),
    };
  }
  if ("installed" in fields || "web" in fields) {
    throw invalid(
      "it is an OAuth client, which alone gives no access; a service account's key or a refresh token does",
    );
  }
  throw invalid(
    type === undefined
      ? 'it has no field "type"'
      : 'its "type" is neither "service_account" nor "authorized_user", the kinds that Tasker takes',
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    // A byte order mark is what some editors begin a file with.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw invalid("it is not JSON"); // the parser's own message would quote the secret
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid("it is not a JSON object");
}

function optional(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function required(fields: Readonly<Record<string, unknown>>, name: string, type: string): string {
  const value = optional(fields, name);
  if (value === undefined) throw invalid(`it is a ${type} without the field "${name}"`);
  return value;
}

function tokenUri(fields: Readonly<Record<string, unknown>>): string {
  const value = fields["token_uri"] ?? TOKEN_URI;
  if (typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw invalid('its "token_uri" is not an http or https URL');
}

function checkPrivateKey(pem: string): void {
  let type: string | undefined;
  try {
    type = createPrivateKey(pem).asymmetricKeyType;
  } catch {
    const escaped = pem.includes("\\n") ? "; its line breaks were escaped twice" : "";
    throw invalid(`its "private_key" is not a private key in PEM form${escaped}`);
  }
  if (type !== "rsa") throw invalid('its "private_key" is not an RSA key');
}

function invalid(why: string): Error {
  return gapiError(
    GAPI_CODES.credentialsInvalid,
    `The credential for Google (services/google in the keystore, or the file of TASKER_GOOGLE_KEY_FILE) cannot be used: ${why}. ${WHERE}`,
  );
}

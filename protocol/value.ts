import type { Json } from "./json.ts";

/** A claim check: the value's JSON text lies in the blob store under its own hash. */
export interface Claim {
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** The blob is secret. This only tells a person who reads a history: what the sealed blob itself says counts. */
  readonly secret?: true;
}

/** The secrets in a value or a VM's memory; `all`: too many to tell them apart, so everything counts as secret. */
export type Secrets = readonly string[] | "all";

/** What is secret in a blob: the listed strings, or the whole value (`itself`: each string in it is a secret). */
export type SecretMark = Secrets | "itself";

/** A value on its way through the history: inside it when small, a claim check when large. */
export type Carried = { readonly value: Json } | { readonly claim: Claim };

/** Whether anything at all is a claim: anybody can put one into a run's arguments or a signal. */
export function isClaim(value: unknown): value is Claim {
  if (typeof value !== "object" || value === null) return false;
  const { sha256, bytes, secret } = value as Partial<Record<keyof Claim, unknown>>;
  return (
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    (secret === undefined || secret === true)
  );
}

/** Whether anything at all is a carried value. */
export function isCarried(value: unknown): value is Carried {
  if (typeof value !== "object" || value === null) return false;
  if ("claim" in value) return isClaim(value.claim);
  return "value" in value && value.value !== undefined;
}

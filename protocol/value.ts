import type { Json } from "./json.ts";

/** A claim check: the value's JSON text lies in the blob store under its own hash. */
export interface Claim {
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** What lies there is from the keystore, or holds what is: sealed whatever the configuration says, and masked in what a run writes. */
  readonly secret?: true;
  /** The secrets that it holds: a JSON array of strings, or `"all"` for too many to tell apart. Absent: the value is the secret. */
  readonly secrets?: Claim;
}

/** A value on its way through the history: inside it when small, a claim check when large. */
export type Carried = { readonly value: Json } | { readonly claim: Claim };

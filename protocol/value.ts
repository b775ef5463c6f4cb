import type { Json } from "./json.ts";

/** A claim check: the value's JSON text lies in the blob store under its own hash. */
export interface Claim {
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** What lies there came out of the keystore: it is sealed whatever the configuration says, and masked in what the run writes. */
  readonly secret?: true;
}

/** A value on its way through the history: inside it when small, a claim check when large. */
export type Carried = { readonly value: Json } | { readonly claim: Claim };

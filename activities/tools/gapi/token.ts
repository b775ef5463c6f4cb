import type { GoogleCredential } from "./credential.ts";

/** An access token, which nothing outside this folder's requests may see. */
export interface GoogleToken {
  readonly value: string;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly expiresAt: number;
  readonly obtainedAt: number;
  /** What the token endpoint says that it granted; undefined when it does not say. */
  readonly scopes: readonly string[] | undefined;
}

/** Whom a token acts as, and for what. */
export interface TokenRequest {
  readonly credential: GoogleCredential;
  /** Undefined: the service account itself. An authorized user is always that user. */
  readonly subject: string | undefined;
  readonly scopes: readonly string[];
}

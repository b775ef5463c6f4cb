import { GAPI_BOUNDS } from "./bounds.ts";
import type { GoogleToken, TokenRequest } from "./token.ts";

/** Access tokens by credential, subject and scope set. */
export interface Tokens {
  /** A token with some life left. However many calls wait for one, it is obtained once. */
  get(request: TokenRequest): Promise<GoogleToken>;
  /** Google refused this token: nobody gets it again. */
  refuse(request: TokenRequest, token: GoogleToken): void;
}

export function createTokens(obtain: (request: TokenRequest) => Promise<GoogleToken>): Tokens {
  /** In the order of use. */
  const kept = new Map<string, GoogleToken>();
  const underWay = new Map<string, Promise<GoogleToken>>();

  async function renew(key: string, request: TokenRequest): Promise<GoogleToken> {
    try {
      const token = await obtain(request);
      kept.set(key, token);
      for (const [oldest] of kept) {
        if (kept.size <= GAPI_BOUNDS.tokens) break;
        kept.delete(oldest);
      }
      return token;
    } finally {
      underWay.delete(key);
    }
  }

  return {
    get(request) {
      const key = keyOf(request);
      const token = kept.get(key);
      kept.delete(key);
      if (token && Date.now() < renewAt(token)) {
        kept.set(key, token);
        return Promise.resolve(token);
      }
      const waiting = underWay.get(key);
      if (waiting) return waiting;
      const renewing = renew(key, request);
      underWay.set(key, renewing);
      return renewing;
    },
    refuse(request, token) {
      const key = keyOf(request);
      // Another call may have replaced it already.
      if (kept.get(key) === token) kept.delete(key);
    },
  };
}

function renewAt({ obtainedAt, expiresAt }: GoogleToken): number {
  return expiresAt - Math.min(GAPI_BOUNDS.refreshAheadMs, (expiresAt - obtainedAt) / 5);
}

/** A refresh token stands for one user and what that user consented to, whatever a call asks for. */
function keyOf({ credential, subject, scopes }: TokenRequest): string {
  if (credential.kind === "authorized_user") return credential.id;
  return JSON.stringify([credential.id, subject ?? null, [...scopes].sort()]);
}

import { TaskerError } from "../../../protocol/errors.ts";
import type { Credentials } from "../../../protocol/keystore.ts";
import { parseCredential, type GoogleCredential } from "./credential.ts";
import type { GoogleToken, TokenRequest } from "./token.ts";
import { createTokens } from "./tokens.ts";
import type { Transport } from "./transport.ts";

export interface AccessOptions {
  readonly credentials: Credentials;
  readonly subject: string | undefined;
  readonly transport: Transport;
}

/** The one way to tokens. */
export interface Access {
  /** The configured subject. */
  readonly subject: string | undefined;
  /** What is set up now. Throws `credentials_missing` or `credentials_invalid`. */
  credential(): Promise<GoogleCredential>;
  token(request: TokenRequest): Promise<GoogleToken>;
  refuse(request: TokenRequest, token: GoogleToken): void;
}

export function createAccess({ credentials, subject, transport }: AccessOptions): Access {
  const tokens = createTokens(async (request) => {
    try {
      const { exchange } = await import("./exchange.ts");
      return await exchange(request, transport);
    } catch (refused) {
      // The operator may put another in its place meanwhile.
      if (refused instanceof TaskerError) credentials.forget("google");
      throw refused;
    }
  });
  let parsed: { readonly text: string; readonly credential: GoogleCredential } | undefined;

  return {
    subject,
    async credential() {
      const text = await credentials.get("google");
      if (text !== undefined && parsed?.text === text) return parsed.credential;
      try {
        const credential = parseCredential(text);
        parsed = { text: text ?? "", credential };
        return credential;
      } catch (unusable) {
        credentials.forget("google");
        throw unusable;
      }
    },
    token: (request) => tokens.get(request),
    refuse(request, token) {
      credentials.forget("google");
      tokens.refuse(request, token);
    },
  };
}

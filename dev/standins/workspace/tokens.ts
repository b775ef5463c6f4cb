import { randomBytes } from "node:crypto";
import { Refusal, tokenError, type Answer } from "./answers.ts";
import { readAssertion } from "./assertion.ts";
import type { IssuedCredentials } from "./credentials.ts";
import type { Organisation, User } from "./organisation.ts";

/** What a token stands for. */
export interface Grant {
  readonly subject: User;
  readonly scopes: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface TokenDeps {
  readonly organisation: Organisation;
  readonly credentials: IssuedCredentials;
  /** Milliseconds since 1970, as the endpoint believes. */
  readonly clock: () => number;
  readonly lifetimeSeconds: () => number;
  readonly grantedScopes: () => readonly string[];
}

/** Whom an exchange is for, as far as that could be read. */
interface Named {
  subject?: string;
}

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const UNAUTHORIZED = "Client is unauthorized to retrieve access tokens using this method";

/** The token endpoint: checks assertions and refresh tokens, and knows which tokens it has given out. */
export class Tokens {
  private readonly deps: TokenDeps;
  private readonly grants = new Map<string, Grant>();
  private readonly counts = new Map<string, number>();
  private keyIsGood = true;

  constructor(deps: TokenDeps) {
    this.deps = deps;
  }

  /** From now on no assertion of the service account is accepted, as when its key was deleted in the console. */
  revokeKey(): void {
    this.keyIsGood = false;
  }

  /** Every token that was given out is worthless from now on. */
  revokeTokens(): void {
    this.grants.clear();
  }

  /** How many tokens were given out, by subject and scopes: `jane@example.com https://… https://…`. */
  get exchanges(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** Every token that was given out and not revoked. */
  get issued(): readonly string[] {
    return [...this.grants.keys()];
  }

  /** Undefined when the token is unknown or has expired. */
  grantOf(token: string): Grant | undefined {
    const grant = this.grants.get(token);
    return grant && grant.expiresAt > this.deps.clock() ? grant : undefined;
  }

  /** Answers `POST /token`. */
  exchange(form: URLSearchParams): { readonly answer: Answer; readonly subject?: string } {
    const named: Named = {};
    try {
      return { answer: this.grant(form, named), ...named };
    } catch (error) {
      if (error instanceof Refusal) return { answer: error.answer, ...named };
      throw error;
    }
  }

  private grant(form: URLSearchParams, named: Named): Answer {
    const type = form.get("grant_type");
    if (type === JWT_BEARER) return this.byAssertion(form.get("assertion") ?? "", named);
    if (type === "refresh_token") return this.byRefreshToken(form, named);
    throw tokenError("unsupported_grant_type", `Invalid grant_type: ${type ?? ""}`);
  }

  private byAssertion(assertion: string, named: Named): Answer {
    const { organisation, credentials, clock, grantedScopes } = this.deps;
    const { subject, scopes } = readAssertion(assertion, {
      issuer: credentials.serviceAccount.client_email,
      publicKey: this.keyIsGood ? credentials.publicKey : undefined,
      audience: credentials.serviceAccount.token_uri,
      now: clock(),
    });
    // The account itself is no member of the organisation, and nothing that stands here would let it in.
    if (subject === undefined) throw tokenError("unauthorized_client", `${UNAUTHORIZED}.`, 401);
    named.subject = subject;
    const user = organisation.find(subject);
    if (!user) throw tokenError("invalid_grant", "Invalid email or User ID");
    if (!scopes.every((scope) => grantedScopes().includes(scope))) {
      const message = `${UNAUTHORIZED}, or client not authorized for any of the scopes requested.`;
      throw tokenError("unauthorized_client", message, 401);
    }
    return this.issue(user, scopes);
  }

  private byRefreshToken(form: URLSearchParams, named: Named): Answer {
    const { organisation, credentials, grantedScopes } = this.deps;
    const { client_id, client_secret, refresh_token } = credentials.user;
    if (form.get("client_id") !== client_id || form.get("client_secret") !== client_secret) {
      throw tokenError("invalid_client", "The OAuth client was not found.", 401);
    }
    if (form.get("refresh_token") !== refresh_token) {
      throw tokenError("invalid_grant", "Token has been expired or revoked.");
    }
    const admin = organisation.users[0] as User;
    named.subject = admin.email;
    return this.issue(admin, grantedScopes());
  }

  private issue(subject: User, scopes: readonly string[]): Answer {
    const expires_in = this.deps.lifetimeSeconds();
    const access_token = `ya29.${randomBytes(48).toString("base64url")}`;
    const expiresAt = this.deps.clock() + expires_in * 1_000;
    this.grants.set(access_token, { subject, scopes: new Set(scopes), expiresAt });
    const key = [subject.email, ...scopes.toSorted()].join(" ");
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return { status: 200, body: { access_token, expires_in, scope: scopes.join(" "), token_type: "Bearer" } };
  }
}

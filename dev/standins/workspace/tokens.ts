import { createPublicKey, generateKeyPairSync, randomBytes, verify, type KeyObject } from "node:crypto";
import { Refusal, tokenError, type Answer } from "./answers.ts";
import type { Organisation, User } from "./organisation.ts";

/** A service account's JSON key, as Google's console downloads it. */
export interface ServiceAccountKey {
  readonly type: "service_account";
  readonly project_id: string;
  readonly private_key_id: string;
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly token_uri: string;
}

/** OAuth credentials of one user, as `gcloud auth application-default login` writes them. */
export interface UserCredentials {
  readonly type: "authorized_user";
  readonly client_id: string;
  readonly client_secret: string;
  readonly refresh_token: string;
  readonly token_uri: string;
}

export interface Grant {
  readonly subject: User;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: number;
}

interface Claims {
  readonly iss?: unknown;
  readonly sub?: unknown;
  readonly scope?: unknown;
  readonly aud?: unknown;
  readonly iat?: unknown;
  readonly exp?: unknown;
}

export interface TokenOptions {
  /** Milliseconds since 1970, as the endpoint believes. */
  readonly clock: () => number;
  readonly lifetimeSeconds: () => number;
  readonly grantedScopes: () => readonly string[];
}

/** Client libraries know Google's address and put it into `aud` even where they send the assertion elsewhere. */
const GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const HOUR_S = 3_600;
/** How much a sender's clock may differ, seconds; Google does not say, five minutes is customary. */
const SKEW_S = 300;

/** The token endpoint: checks assertions and refresh tokens, and knows which tokens it has given out. */
export class Tokens {
  readonly serviceAccount: ServiceAccountKey;
  readonly user: UserCredentials;
  private readonly organisation: Organisation;
  private readonly options: TokenOptions;
  private readonly grants = new Map<string, Grant>();
  private publicKey: KeyObject | undefined;
  private exchanged = new Map<string, number>();

  constructor(organisation: Organisation, url: string, options: TokenOptions) {
    this.organisation = organisation;
    this.options = options;
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    this.publicKey = createPublicKey(publicKey);
    this.serviceAccount = {
      type: "service_account",
      project_id: "tasker-stand-in",
      private_key_id: randomBytes(20).toString("hex"),
      private_key: privateKey,
      client_email: "tasker@tasker-stand-in.iam.gserviceaccount.com",
      client_id: "100000000000000000001",
      token_uri: `${url}/token`,
    };
    this.user = {
      type: "authorized_user",
      client_id: "tasker-stand-in.apps.googleusercontent.com",
      client_secret: randomBytes(18).toString("base64url"),
      refresh_token: `1//${randomBytes(32).toString("base64url")}`,
      token_uri: `${url}/token`,
    };
  }

  /** From now on no assertion of the service account is accepted, as when its key was deleted in the console. */
  revokeKey(): void {
    this.publicKey = undefined;
  }

  /** Every token that was given out is worthless from now on. */
  revokeTokens(): void {
    this.grants.clear();
  }

  /** Tokens that were given out, by subject and scopes: `jane@example.com https://… https://…`. */
  get exchanges(): ReadonlyMap<string, number> {
    return this.exchanged;
  }

  /** What a token stands for; undefined when it is unknown or has expired. */
  grantOf(token: string): Grant | undefined {
    const grant = this.grants.get(token);
    return grant && grant.expiresAt > this.options.clock() ? grant : undefined;
  }

  /** Answers `POST /token`. `subject` names whom it is for, as far as that could be read. */
  exchange(form: URLSearchParams): { readonly answer: Answer; readonly subject?: string } {
    const named: { subject?: string } = {};
    try {
      return { answer: this.grant(form, named), ...named };
    } catch (error) {
      if (error instanceof Refusal) return { answer: error.answer, ...named };
      throw error;
    }
  }

  private grant(form: URLSearchParams, named: { subject?: string }): Answer {
    const type = form.get("grant_type");
    if (type === JWT_BEARER) return this.byAssertion(form.get("assertion") ?? "", named);
    if (type === "refresh_token") return this.byRefreshToken(form, named);
    throw tokenError("unsupported_grant_type", `Invalid grant_type: ${type ?? ""}`);
  }

  private byAssertion(assertion: string, named: { subject?: string }): Answer {
    const claims = this.verified(assertion);
    const subject = typeof claims.sub === "string" ? claims.sub : undefined;
    if (subject !== undefined) named.subject = subject;
    this.checkTimes(claims);
    if (claims.aud !== this.serviceAccount.token_uri && claims.aud !== GOOGLE_AUDIENCE) {
      throw tokenError("invalid_grant", `Invalid JWT: Failed audience check. The right audience is ${GOOGLE_AUDIENCE}`);
    }
    const scopes = typeof claims.scope === "string" ? claims.scope.split(" ").filter(Boolean) : [];
    if (scopes.length === 0) throw tokenError("invalid_scope", "Empty or missing scope not allowed.");
    if (subject === undefined) {
      // The account itself is no member of the organisation, and none of what stands here would let it in.
      throw tokenError(
        "unauthorized_client",
        "Client is unauthorized to retrieve access tokens using this method.",
        401,
      );
    }
    const user = this.organisation.find(subject);
    if (!user) throw tokenError("invalid_grant", "Invalid email or User ID");
    const granted = this.options.grantedScopes();
    if (!scopes.every((scope) => granted.includes(scope))) {
      const message =
        "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
      throw tokenError("unauthorized_client", message, 401);
    }
    return this.issue(user, scopes);
  }

  private byRefreshToken(form: URLSearchParams, named: { subject?: string }): Answer {
    if (form.get("client_id") !== this.user.client_id || form.get("client_secret") !== this.user.client_secret) {
      throw tokenError("invalid_client", "The OAuth client was not found.", 401);
    }
    if (form.get("refresh_token") !== this.user.refresh_token) {
      throw tokenError("invalid_grant", "Token has been expired or revoked.");
    }
    const admin = this.organisation.users[0] as User;
    named.subject = admin.email;
    return this.issue(admin, this.options.grantedScopes());
  }

  private verified(assertion: string): Claims {
    const [header = "", payload = "", signature = "", ...rest] = assertion.split(".");
    const { alg } = parsed(header) as { alg?: unknown };
    const claims = parsed(payload) as Claims;
    if (rest.length > 0 || signature === "" || alg !== "RS256") throw tokenError("invalid_grant", "Bad Request");
    if (claims.iss !== this.serviceAccount.client_email) {
      throw tokenError("invalid_grant", "Invalid grant: account not found");
    }
    const signed = Buffer.from(`${header}.${payload}`);
    const valid = this.publicKey && verify("RSA-SHA256", signed, this.publicKey, Buffer.from(signature, "base64url"));
    if (!valid) throw tokenError("invalid_grant", "Invalid JWT Signature.");
    return claims;
  }

  private checkTimes({ iat, exp }: Claims): void {
    const now = this.options.clock() / 1_000;
    const [issued, expires] = [Number(iat), Number(exp)];
    const sensible = issued <= now + SKEW_S && expires > now - SKEW_S && expires > issued && expires - issued <= HOUR_S;
    if (sensible) return;
    const message =
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
    throw tokenError("invalid_grant", message);
  }

  private issue(subject: User, scopes: readonly string[]): Answer {
    const lifetime = this.options.lifetimeSeconds();
    const token = `ya29.${randomBytes(48).toString("base64url")}`;
    this.grants.set(token, {
      subject,
      scopes: new Set(scopes),
      expiresAt: this.options.clock() + lifetime * 1_000,
    });
    const key = [subject.email, ...scopes.toSorted()].join(" ");
    this.exchanged.set(key, (this.exchanged.get(key) ?? 0) + 1);
    return {
      status: 200,
      body: { access_token: token, expires_in: lifetime, scope: scopes.join(" "), token_type: "Bearer" },
    };
  }
}

function parsed(part: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // said below
  }
  throw tokenError("invalid_grant", "Bad Request");
}

import type { Json } from "../../../protocol/json.ts";
import type { Method } from "../service.ts";
import type { Access } from "./access.ts";
import { parseOptions, parseScopes } from "./callOptions.ts";
import type { Catalog } from "./catalog.ts";
import { invalidCall } from "./faults.ts";
import type { Scopes } from "./scopes.ts";
import { subjectFor } from "./subject.ts";

/** What `gapi.authenticate` answers: never the token. */
export interface Granted {
  readonly granted: readonly string[];
  /** Whom calls act as; null is the service account itself, or the authorized user. */
  readonly subject: string | null;
  /** ISO 8601, by the worker's clock. Tokens are renewed without asking. */
  readonly expiresAt: string;
}

/** What `gapi.describe` answers. */
export interface MethodDescription {
  readonly tool: string;
  readonly api: string;
  readonly version: string;
  readonly httpMethod: string;
  readonly url: string;
  readonly required: readonly string[];
  /** What is asked for unless `options.scopes` says otherwise; null where no token is needed, or the package does not tell. */
  readonly scope: string | null;
  /** Any of these would do. */
  readonly scopes: readonly string[];
}

/** What `gapi.info` answers: what is set up, without secrets. */
export interface CredentialInfo {
  readonly credential: "service_account" | "authorized_user";
  readonly clientId: string | null;
  readonly email: string | null;
  readonly subject: string | null;
  readonly tokenUri: string;
  readonly baseUrl: string;
}

export interface OwnMethodDeps {
  readonly catalog: Catalog;
  readonly scopes: Scopes;
  readonly access: Access;
  readonly baseUrl: string | undefined;
}

/** The methods of `tools.gapi` that are no Google API's. None changes anything. */
export function ownMethods({ catalog, scopes, access, baseUrl }: OwnMethodDeps): ReadonlyMap<string, Method> {
  async function authenticate(args: readonly Json[]): Promise<Granted> {
    const tool = "gapi.authenticate";
    const wanted = parseScopes(tool, args[0]);
    const { subject: named } = parseOptions(tool, args[1]);
    const credential = await access.credential();
    const subject = subjectFor(tool, credential, { named, implied: access.subject });
    const request = { credential, subject, scopes: wanted };
    const token = await access.token(request);
    const refused = wanted.filter((scope) => token.scopes?.includes(scope) === false);
    if (credential.kind === "authorized_user" && refused.length > 0) {
      const { scopeNotGranted } = await import("./tokenFault.ts");
      throw scopeNotGranted({ ...request, scopes: refused }, "The token endpoint granted others");
    }
    return { granted: wanted, subject: subject ?? null, expiresAt: new Date(token.expiresAt).toISOString() };
  }

  async function describe([path]: readonly Json[]): Promise<MethodDescription> {
    const tool = "gapi.describe";
    if (typeof path !== "string" || path.length > 200)
      throw invalidCall(tool, 'it takes a path, as "gmail.users.messages.list".');
    const segments = path.replace(/^(tools\.)?gapi\./, "").split(".");
    const method = catalog.find(segments);
    if (!method) throw invalidCall(tool, `there is no method ${JSON.stringify(path)}. ${catalog.advise(segments)}`);
    const known = await scopes.of(method);
    const { httpMethod, rootUrl, urlTemplate, requiredParams: required } = method.spec;
    return {
      ...{ tool: `gapi.${method.names[0] ?? path}`, api: method.api, version: method.version, httpMethod, required },
      url: rootUrl.replace(/\/$/, "") + urlTemplate,
      scope: known?.chosen ?? null,
      scopes: known?.accepted ?? [],
    };
  }

  async function info(): Promise<CredentialInfo> {
    const credential = await access.credential();
    const isAccount = credential.kind === "service_account";
    return {
      credential: credential.kind,
      clientId: credential.clientId ?? null,
      email: isAccount ? credential.email : null,
      subject: (isAccount ? access.subject : undefined) ?? null,
      tokenUri: credential.tokenUri,
      baseUrl: baseUrl ?? "https://*.googleapis.com",
    };
  }

  return new Map<string, Method>([
    ["authenticate", { kind: "read", call: authenticate }],
    ["describe", { kind: "read", call: describe }],
    ["info", { kind: "read", call: info }],
  ]);
}

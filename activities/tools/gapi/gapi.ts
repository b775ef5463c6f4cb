import type { Credentials } from "../../../protocol/keystore.ts";
import type { Json } from "../../../protocol/json.ts";
import { mapFault } from "../mappedFault.ts";
import type { Method, Service } from "../service.ts";
import { createAccess, type Access } from "./access.ts";
import { GAPI_BOUNDS } from "./bounds.ts";
import { callApi } from "./callApi.ts";
import { parseOptions } from "./callOptions.ts";
import { createCatalog, type GapiMethod } from "./catalog.ts";
import { ownMethods } from "./ownMethods.ts";
import { createScopes } from "./scopes.ts";
import { createTransport } from "./transport.ts";

export interface GapiOptions {
  /** Asked at each call for `google`, and told to forget what Google refused. */
  readonly credentials: Credentials;
  /** TASKER_GOOGLE_SUBJECT: whom a service account acts as where a call names nobody. */
  readonly subject?: string | undefined;
  /** TASKER_GOOGLE_BASE_URL: takes the place of every `https://….googleapis.com`. */
  readonly baseUrl?: string | undefined;
}

/**
 * Service `gapi`: every method of every API in the package googleapis, by its path there:
 * `gapi.gmail.users.messages.list(params, options?)`. A version may be named (`gapi.drive.v2.files.list`), else it is the
 * newest stable one; `gapi.admin.users.list` is the Directory API's. `params` are the library's, what is to be written in
 * `requestBody`; the answer is the body. `options`: `subject`, `scopes`, `timeoutMs` (1 to 600,000; 30,000 unless set).
 * Beside them `authenticate`, `describe` and `info`. GET only reads; every other HTTP method has an effect. Nothing is tried
 * again in here but a request whose token was refused, once.
 */
export function createGapi({ credentials, subject, baseUrl }: GapiOptions): Service {
  const catalog = createCatalog();
  const transport = createTransport();
  const scopes = createScopes((method) => catalog.declarationsOf(method));
  const access = createAccess({ credentials, subject, transport });
  const own = ownMethods({ catalog, scopes, access, baseUrl });
  const methods = new WeakMap<GapiMethod, Method>();

  function apiMethod(method: GapiMethod): Method {
    const tool = `gapi.${method.names[0] ?? method.path}`;
    const { httpMethod } = method.spec;
    return {
      kind: httpMethod === "GET" ? "read" : "effect",
      names: method.names.map((name) => `gapi.${name}`),
      alsoRuledAs: method.unversioned.map((name) => `gapi.${name}`),
      timeouts: (args) => ({ startToCloseMs: parseOptions(tool, args[1]).timeoutMs + GAPI_BOUNDS.timeoutSlackMs }),
      summary: (args) => summaryOf(httpMethod, access, args),
      call: (args, context) => callApi(tool, method, args, { ...context, access, scopes, transport, baseUrl }),
    };
  }

  return {
    name: "gapi",
    known: [...own.keys()].map((name) => `gapi.${name}`),
    method(path) {
      const first = path[0];
      if (path.length === 1 && first !== undefined && own.has(first)) return own.get(first);
      const found = catalog.find(path);
      if (!found) return undefined;
      const known = methods.get(found) ?? apiMethod(found);
      methods.set(found, known);
      return known;
    },
    advise: (path) => catalog.advise(path),
    mapError: mapFault,
    close: () => transport.close(),
  };
}

/** Whom the call acts as, where it says so: neither a query nor a body. */
function summaryOf(httpMethod: string, access: Access, [params, options]: readonly Json[]): string {
  const named = parseOptions("gapi", options).subject;
  const user = typeof params === "object" && params !== null && !Array.isArray(params) ? params["userId"] : undefined;
  const who = named ?? (typeof user === "string" ? user : undefined) ?? access.subject;
  return who === undefined ? httpMethod : `${httpMethod} as ${who}`;
}

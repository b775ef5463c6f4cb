import { gaxios, JWT, UserRefreshClient } from "google-auth-library";
import { GAPI_BOUNDS } from "./bounds.ts";
import { GAPI_CODES, gapiError } from "./faults.ts";
import type { GoogleToken, TokenRequest } from "./token.ts";
import { tokenFault } from "./tokenFault.ts";
import type { Transport } from "./transport.ts";

/** Gets a token from the credential's token endpoint, once. Throws what `tokenFault` makes of a refusal. */
export async function exchange(request: TokenRequest, transport: Transport): Promise<GoogleToken> {
  const { credential } = request;
  const obtainedAt = Date.now();
  const signal = AbortSignal.timeout(GAPI_BOUNDS.exchangeTimeoutMs);
  const common = {
    transporter: transporterTo(credential.tokenUri, transport, signal),
    useAuthRequestParameters: false,
  };
  try {
    const client = clientOf(request, common);
    await client.getAccessToken();
    const { access_token: value, expiry_date: expiresAt, scope } = client.credentials;
    const scopes = scope?.split(" ");
    return { value: value ?? "", expiresAt: expiresAt ?? obtainedAt + GAPI_BOUNDS.tokenLifeMs, obtainedAt, scopes };
  } catch (thrown) {
    throw tokenFault(thrown, request, signal);
  }
}

function clientOf(
  { credential, subject, scopes }: TokenRequest,
  common: { readonly transporter: gaxios.Gaxios; readonly useAuthRequestParameters: boolean },
): JWT | UserRefreshClient {
  if (credential.kind === "authorized_user") {
    const { clientId, clientSecret, refreshToken } = credential;
    return new UserRefreshClient({ ...common, clientId, clientSecret, refreshToken });
  }
  const { email, privateKey: key, tokenUri: aud } = credential;
  return new JWT({
    ...common,
    ...{ email, key, scopes: [...scopes] },
    // The library has Google's own endpoint in the claim, as it has in the URL.
    additionalClaims: { aud },
    ...(subject === undefined ? {} : { subject }),
  });
}

/** The libraries' way to the network. They know one token endpoint; whatever they ask goes to the credential's. */
function transporterTo(tokenUri: string, transport: Transport, signal: AbortSignal): gaxios.Gaxios {
  return new gaxios.Gaxios({
    retryConfig: { retry: 0 },
    async fetchImplementation(_url, init) {
      const answer = await transport.send(new URL(tokenUri), {
        method: "POST",
        headers: new Headers(init?.headers),
        body: await new Response(init?.body).text(),
        signal,
        maxBytes: GAPI_BOUNDS.exchangeBytes,
      });
      // What is no token makes them fail without a word of it.
      if (answer.status < 300 && !holdsToken(answer.body)) throw noToken(tokenUri);
      const headers = new Headers();
      for (const name of ["content-type", "date", "retry-after"]) {
        const value = answer.headers.get(name);
        if (value !== null) headers.set(name, value);
      }
      return new Response(new Uint8Array(answer.body), { status: answer.status, headers });
    },
  });
}

function holdsToken(body: Buffer): boolean {
  try {
    const value = JSON.parse(body.toString("utf8")) as { access_token?: unknown } | null;
    return typeof value?.access_token === "string" && value.access_token !== "";
  } catch {
    return false;
  }
}

function noToken(tokenUri: string): Error {
  const { host } = new URL(tokenUri);
  return gapiError(GAPI_CODES.notJson, `${host} answered without an access token. Check the credential's token_uri.`);
}

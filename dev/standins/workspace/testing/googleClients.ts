import { JWT, UserRefreshClient } from "google-auth-library";
// API by API: the types of all of them together take the compiler a minute.
import { admin } from "googleapis/build/src/apis/admin/index.js";
import { calendar } from "googleapis/build/src/apis/calendar/index.js";
import { drive } from "googleapis/build/src/apis/drive/index.js";
import { gmail } from "googleapis/build/src/apis/gmail/index.js";
import type { Workspace } from "../workspace.ts";

/** Google's own clients, led to a Workspace by its base URL, without retries of their own. */
export function googleClients(workspace: Workspace, auth: JWT | UserRefreshClient) {
  const options = { auth, rootUrl: `${workspace.url}/`, retry: false, timeout: 60_000 } as const;
  return {
    directory: admin({ version: "directory_v1", ...options }),
    gmail: gmail({ version: "v1", ...options }),
    drive: drive({ version: "v3", ...options }),
    calendar: calendar({ version: "v3", ...options }),
  };
}

const AUTH = "https://www.googleapis.com/auth/";

/** The service account, acting as `subject`. Scopes are named without their common beginning. */
export function jwt(
  workspace: Workspace,
  subject: string | undefined,
  scopes: readonly string[],
  claims: Record<string, unknown> = {},
): JWT {
  const { client_email: email, private_key: key, token_uri } = workspace.credentials;
  const client = new JWT({
    email,
    key,
    ...(subject !== undefined && { subject }),
    scopes: scopes.map((scope) => (scope.includes("://") ? scope : AUTH + scope)),
    additionalClaims: claims,
  });
  // The library has the address of Google's token endpoint built in.
  client.transporter.interceptors.request.add({
    resolved: (config) => {
      if (String(config.url).startsWith("https://oauth2.googleapis.com/token")) config.url = new URL(token_uri);
      return Promise.resolve(config);
    },
  });
  return client;
}

/** The administrator, by a refresh token. */
export function refreshClient(workspace: Workspace): UserRefreshClient {
  const { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = workspace.userCredentials;
  return new UserRefreshClient({
    clientId,
    clientSecret,
    refreshToken,
    endpoints: { oauth2TokenUrl: workspace.userCredentials.token_uri },
  });
}

export interface GoogleRefusal {
  readonly status: number;
  readonly headers: Headers;
  /** The token endpoint's answer has `error` and `error_description`, an API's an `error` with all the rest in it. */
  readonly data: unknown;
}

/** What a request answered that must not succeed. */
export async function refusal(request: Promise<unknown>): Promise<GoogleRefusal> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error && "response" in error && error.response) return error.response as GoogleRefusal;
    throw error;
  }
  throw new Error("It was answered, though it must not be.");
}

/** The same of an API, without what every error has alike. */
export async function apiRefusal(
  request: Promise<unknown>,
): Promise<{ readonly code: number; readonly reason: string; readonly message: string }> {
  const { data } = await refusal(request);
  const { error } = data as { error: { code: number; message: string; errors: { reason: string }[] } };
  return { code: error.code, reason: error.errors[0]?.reason ?? "", message: error.message };
}

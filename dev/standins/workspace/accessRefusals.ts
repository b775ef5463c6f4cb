import { apiError, type Refusal } from "./answers.ts";
import type { Endpoint } from "./endpoint.ts";

const HELP = "See https://developers.google.com/identity/sign-in/web/devconsole-project.";

/** Without a bearer token. */
export function missingToken(): Refusal {
  const message = `Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. ${HELP}`;
  const more = { message: "Login Required.", location: "Authorization", locationType: "header" };
  return apiError(401, "required", message, { ...more, status: "UNAUTHENTICATED" });
}

/** With one that was never given out, has expired or was revoked. */
export function invalidToken(): Refusal {
  const message = `Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. ${HELP}`;
  const more = { message: "Invalid Credentials", location: "Authorization", locationType: "header" };
  return apiError(401, "authError", message, {
    ...more,
    status: "UNAUTHENTICATED",
    headers: { "www-authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  });
}

/** With one whose scopes do not cover the method. */
export function missingScope({ scopes, service, method }: Endpoint): Refusal {
  return apiError(403, "insufficientPermissions", "Request had insufficient authentication scopes.", {
    message: "Insufficient Permission",
    status: "PERMISSION_DENIED",
    headers: {
      "www-authenticate": `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${scopes.join(" ")}"`,
    },
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        domain: "googleapis.com",
        metadata: { service, method },
      },
    ],
  });
}

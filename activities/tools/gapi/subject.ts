import type { GoogleCredential } from "./credential.ts";
import type { TokenRequest } from "./token.ts";
import { invalidCall } from "./faults.ts";

/** Whom a call would act as. */
export interface AskedSubject {
  /** By `options.subject`; null is the service account itself. */
  readonly named: string | null | undefined;
  /** By the mailbox that a Gmail call names, else by the configuration. */
  readonly implied: string | undefined;
}

/** How messages call a service account that acts as nobody else. */
export const ITSELF = "the service account itself";

/** Whom a service account acts as: undefined is itself. An authorized user is always that user, and acting as another is refused. */
export function subjectFor(tool: string, credential: GoogleCredential, asked: AskedSubject): string | undefined {
  if (credential.kind === "service_account")
    return asked.named === undefined ? asked.implied : (asked.named ?? undefined);
  if (typeof asked.named !== "string") return undefined;
  throw invalidCall(
    tool,
    "options.subject needs a service account; the credential that is set up is one user's refresh token.",
  );
}

/** How messages call whom a request acted as. */
export function nameOf({ credential, subject }: Omit<TokenRequest, "scopes">): string {
  return subject ?? (credential.kind === "service_account" ? ITSELF : "the authorized user");
}

import { CREDENTIALS, SERVICES_NAMESPACE } from "../protocol/keystore.ts";
import type { Context } from "./context.ts";
import { withDirectGapi, type CallGapi } from "./directGapi.ts";
import { hasDatabase, keystoreOf } from "./keystoreOf.ts";
import { operator } from "./operator.ts";
import type { Output } from "./output.ts";
import { withContext } from "./withContext.ts";
import { withStandIns, withStandInServices } from "./standInContext.ts";

/** Whom calls of `tools.gapi` reach. */
export type GoogleSide = "google" | "stand-in";

const SAYS: Readonly<Record<GoogleSide, string>> = {
  google: "Google: the credentials that are set up here.",
  "stand-in":
    "Google: the stand-in, for no credentials are set up (`services/google` in the keystore, or TASKER_GOOGLE_KEY_FILE).",
};

/**
 * Runs `work` against Google when credentials are set up (see `googleIsConfigured`), else against the stand-in, and
 * says which before anything is started.
 */
export async function withGoogleOrStandIn<T>(
  output: Output,
  work: (context: Context, side: GoogleSide) => Promise<T>,
): Promise<T> {
  // The store that was opened for the question stays open for the work.
  const answer = await withContext(output, async (context) => {
    if (!(await googleIsConfigured(context))) return undefined;
    output.say(SAYS.google);
    return { value: await work(context, "google") };
  });
  if (answer) return answer.value;
  output.say(SAYS["stand-in"]);
  return withStandIns(output, (context) => work(context, "stand-in"));
}

/** The same for calls of `tools.gapi` without a workflow, for which neither Temporal nor a worker is started. */
export async function withDirectGoogleOrStandIn<T>(output: Output, work: (call: CallGapi) => Promise<T>): Promise<T> {
  const answer = await withContext(output, async (context) => {
    if (!(await googleIsConfigured(context))) return undefined;
    output.say(SAYS.google);
    return { value: await withDirectGapi(context.configuration, context, work) };
  });
  if (answer) return answer.value;
  output.say(SAYS["stand-in"]);
  return withStandInServices((configuration) => withDirectGapi(configuration, undefined, work));
}

/**
 * Whether there are credentials for Google: TASKER_GOOGLE_KEY_FILE, or `services/google` in the keystore. With
 * TEMPORAL_ADDRESS the workers elsewhere have their own, and a missing one is told at the first call.
 */
export async function googleIsConfigured(context: Context): Promise<boolean> {
  const { googleKeyFile, temporalAddress } = context.configuration;
  if (googleKeyFile !== undefined || temporalAddress !== undefined) return true;
  if (!hasDatabase(context.configuration)) return false;
  const keystore = await keystoreOf(context);
  const secrets = await keystore.list(SERVICES_NAMESPACE, operator());
  return secrets.some(({ name }) => name === CREDENTIALS.google);
}

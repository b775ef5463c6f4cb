import { readFile } from "node:fs/promises";
import type { Configuration } from "../configuration.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import type { CredentialName } from "../protocol/keystore.ts";

/** The credential that the environment, or a file which it names, gives a service; undefined when neither does. */
export async function configuredCredential(
  configuration: Pick<Configuration, "googleKeyFile" | "openaiApiKey" | "supabaseKey">,
  name: CredentialName,
): Promise<string | undefined> {
  switch (name) {
    case "google":
      return configuration.googleKeyFile === undefined ? undefined : readKey(configuration.googleKeyFile);
    case "openai":
      return configuration.openaiApiKey;
    case "supabase":
      return configuration.supabaseKey;
  }
}

async function readKey(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `TASKER_GOOGLE_KEY_FILE names a file that cannot be read: ${why}. Or put the key into the keystore: npm run keystore -- set google --namespace services --file FILE`;
    throw new TaskerError(taskError(CODES.credentialUnreadable, message), { retryable: false, cause });
  }
}

import { OpenAI, type ClientOptions } from "openai";
import { invalidKey, missingKey } from "./faults.ts";

/**
 * Answers the client for a key: the same as before until another key comes.
 * @throws TaskerError `credentials_missing`, `credentials_invalid`
 */
export function createClients(
  baseURL: string,
  fetch: NonNullable<ClientOptions["fetch"]>,
): (key: string | undefined) => OpenAI {
  let current: { readonly key: string; readonly client: OpenAI } | undefined;
  return (given) => {
    const key = given?.trim();
    if (key === undefined || key === "") throw missingKey();
    // What no header can hold would be thrown by fetch, with the key in its message.
    if (!/^[\x21-\x7e]+$/.test(key)) throw invalidKey("The API key of tools.openai has characters that no key has.");
    if (current?.key !== key) {
      // Nothing comes from the environment behind the configuration's back, and nothing is logged or tried twice.
      const client = new OpenAI({
        ...{ apiKey: key, baseURL, fetch, maxRetries: 0, logLevel: "off" },
        ...{ organization: null, project: null, adminAPIKey: null, webhookSecret: null },
      });
      current = { key, client };
    }
    return current.client;
  };
}

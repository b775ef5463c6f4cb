/** Names of what `createServices` makes, for those who need no service: loading them all takes a second. */
export const SERVICE_NAMES: readonly string[] = ["http", "keystore", "openai", "websearch", "supabase", "gapi"];

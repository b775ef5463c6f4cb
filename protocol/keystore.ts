import type { SealedSecret } from "./store.ts";

/** Who reaches for a secret; each access is written down with it. */
export interface SecretReader {
  /** `task NAME`, `service NAME` or `operator NAME`. */
  readonly actor: string;
  readonly taskRunId?: string;
}

/** The namespace of the services' own credentials. No task can read it. */
export const SERVICES_NAMESPACE = "services";

/** The namespace of a task that names none. */
export const DEFAULT_NAMESPACE = "default";

/** Secrets, sealed at rest; every access is audited. Values are text, at most `LIMITS.secretBytes`. */
export interface Keystore {
  get(namespace: string, name: string, reader: SecretReader): Promise<string | undefined>;
  set(namespace: string, name: string, value: string, reader: SecretReader): Promise<void>;
  /** Whether there was one. */
  delete(namespace: string, name: string, reader: SecretReader): Promise<boolean>;
  /** By name, without values. */
  list(namespace: string, reader: SecretReader): Promise<Omit<SealedSecret, "sealed">[]>;
}

/** Names, in the keystore's namespace `services`, of the credentials that services use. */
export const CREDENTIALS = {
  /** A service account's JSON key, or `{"type":"authorized_user","client_id","client_secret","refresh_token"}`. */
  google: "google",
  openai: "openai",
  supabase: "supabase",
} as const;

/** Where a service finds its own credentials. Asked at each call, so that a replaced credential counts at once. */
export interface Credentials {
  /** The keystore's value, else what the environment or a file gives; undefined when neither has it. */
  get(name: keyof typeof CREDENTIALS): Promise<string | undefined>;
}

import type { SealedSecret, SecretAccess } from "./store.ts";

/** Who reaches for a secret; each access is written down with it. */
export interface SecretReader {
  /** `task NAME`, `service NAME` or `operator NAME`. */
  readonly actor: string;
  readonly taskRunId?: string;
}

/** What a secret's name may be, up to `LIMITS.secretNameBytes`. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

/** The same for a namespace: no slash, so that `NAMESPACE/NAME` can be read one way only. */
export const SECRET_NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The namespace of the services' own credentials. No task can read it. */
export const SERVICES_NAMESPACE = "services";

/** The namespace of a task that names none. */
export const DEFAULT_NAMESPACE = "default";

/**
 * Secrets, sealed at rest; every access is audited, one that fails too. Values are text, at most `LIMITS.secretBytes`.
 * Every method throws a TaskerError `invalid_argument` for what cannot be a name, namespace or value.
 */
export interface Keystore {
  /** Throws `key_missing` or `sealed_value_damaged` when the value cannot be opened. */
  get(namespace: string, name: string, reader: SecretReader): Promise<string | undefined>;
  set(namespace: string, name: string, value: string, reader: SecretReader): Promise<void>;
  /** Whether there was one. */
  delete(namespace: string, name: string, reader: SecretReader): Promise<boolean>;
  /** By name, without values. */
  list(namespace: string, reader: SecretReader): Promise<Omit<SealedSecret, "sealed">[]>;
  /** Writes down an access that was refused before it came here. */
  refused(action: SecretAccess["action"], namespace: string, name: string, reader: SecretReader): Promise<void>;
}

/** Names, in the keystore's namespace `services`, of the credentials that services use. */
export const CREDENTIALS = {
  /** A service account's JSON key, or `{"type":"authorized_user","client_id","client_secret","refresh_token"}`. */
  google: "google",
  openai: "openai",
  supabase: "supabase",
} as const;

export type CredentialName = keyof typeof CREDENTIALS;

/**
 * Where a service finds its own credentials: to be asked at each call. What was read counts for 30 s, so that
 * thousands of calls do not leave thousands of lines in the audit; a replaced credential counts after that.
 */
export interface Credentials {
  /**
   * The keystore's value, else what the environment or a file gives; undefined when neither has it.
   * Throws `credential_unreadable` when the file cannot be read, and what `Keystore.get` throws.
   */
  get(name: CredentialName): Promise<string | undefined>;
  /** To be called when a service was refused with what `get` answered: the next `get` reads again. */
  forget(name: CredentialName): void;
}

import { hkdfSync } from "node:crypto";
import { keyMissing, keysInvalid } from "./errors.ts";
import { addToKeyFile, createKeyFile, readKeyFile } from "./keyFile.ts";
import { parseKeys, type Key } from "./parseKeys.ts";

/** What a key is used for. Each purpose has a key of its own, derived from the raw one, so that none opens another's values. */
export type Purpose = "payloads" | "store" | "keystore" | "calls";

/** Where keys come from: TASKER_KEYS, else a file (TASKER_KEY_FILE). */
export interface KeySource {
  /** `ID:BASE64` separated by commas; the first one seals. */
  readonly keys?: string | undefined;
  readonly keyFile: string;
}

/** Keys by id. The first one seals; all of them open. */
export interface Keyring {
  /** For people: `TASKER_KEYS`, or the key file's path. */
  readonly source: string;
  /** Id of the key that seals. Makes the key file when it is missing. */
  sealingId(): string;
  /** Every id, the sealing one first; none when the key file is missing. Makes no file. */
  ids(): readonly string[];
  /**
   * The key of that id for one purpose. A key that is not known is looked for in the file once more, so that a running
   * process follows a rotation.
   * @throws TaskerError `key_missing`, or `keys_invalid` for a key file that cannot be used
   */
  key(id: string, purpose: Purpose): Uint8Array;
  /** Puts a new key first and answers its id. Only a key file can: @throws TaskerError `keys_invalid` for TASKER_KEYS. */
  rotate(): string;
}

/**
 * Reads the keys at their first use. Nothing is made on the disk before something is to be sealed.
 * @throws TaskerError `keys_invalid` for keys in the environment that are none; a file's faults show at its first use
 */
export function createKeyring({ keys, keyFile }: KeySource): Keyring {
  if (keys !== undefined) return environmentKeyring(keys);
  const file = new LoadedKeys();
  const load = (): boolean => {
    const found = readKeyFile(keyFile);
    if (found !== undefined) file.replace(found);
    return found !== undefined;
  };
  const loadOrCreate = (): void => {
    if (file.ids.length > 0 || load()) return;
    createKeyFile(keyFile);
    load();
  };
  return {
    source: keyFile,
    sealingId: () => {
      loadOrCreate();
      return file.first();
    },
    ids: () => {
      if (file.ids.length === 0) load();
      return file.ids;
    },
    key: (id, purpose) => {
      if (!file.has(id)) load();
      return file.derived(id, purpose, keyFile);
    },
    rotate: () => {
      loadOrCreate();
      const id = addToKeyFile(keyFile);
      load();
      return id;
    },
  };
}

function environmentKeyring(text: string): Keyring {
  const loaded = new LoadedKeys();
  loaded.replace(
    parseKeys(
      "TASKER_KEYS",
      text.split(",").map((item, index) => ({ text: item, place: `key ${index + 1}` })),
    ),
  );
  return {
    source: "TASKER_KEYS",
    sealingId: () => loaded.first(),
    ids: () => loaded.ids,
    key: (id, purpose) => loaded.derived(id, purpose, "TASKER_KEYS"),
    rotate: () => {
      throw keysInvalid(
        "The keys come from TASKER_KEYS: put a new `ID:BASE64,` in front of the others there and restart, as docs/encryption.md shows.",
      );
    },
  };
}

/** Keys in memory, with what was derived from them. */
class LoadedKeys {
  ids: readonly string[] = [];
  #keys = new Map<string, Key>();
  readonly #derived = new Map<string, Uint8Array>();

  replace(keys: readonly Key[]): void {
    this.ids = keys.map((key) => key.id);
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#derived.clear(); // an id may have come to mean another key
  }

  has(id: string): boolean {
    return this.#keys.has(id);
  }

  first(): string {
    const [id] = this.ids;
    if (id === undefined) throw new Error("the keyring is empty");
    return id;
  }

  derived(id: string, purpose: Purpose, source: string): Uint8Array {
    const label = `${purpose}:${id}`;
    const known = this.#derived.get(label);
    if (known !== undefined) return known;
    const key = this.#keys.get(id);
    if (key === undefined) throw keyMissing(id, source, this.ids);
    const derived = new Uint8Array(hkdfSync("sha256", key.bytes, "", `tasker:${purpose}`, 32));
    this.#derived.set(label, derived);
    return derived;
  }
}

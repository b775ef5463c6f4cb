import { openReplayer } from "../../cli/openReplayer.ts";
import { readConfiguration } from "../../configuration.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import type { Store } from "../../protocol/store.ts";
import type { Replayer } from "../../replay/replayer.ts";

/** A replayer that knows a store and nothing else: no key, no credential, no server. */
export function replayerOf(store: Store): Promise<Replayer> {
  const configuration = readConfiguration({});
  return openReplayer({ store, configuration, keyring: createKeyring(configuration) });
}

/** Replays every run of a store, as far as it is written down. Throws the first `journal_mismatch`. */
export async function replayAll(store: Store): Promise<void> {
  const records = await store.runs.list({ limit: 1000 });
  const replayer = await replayerOf(store);
  try {
    for (const record of records) await replayer.replay(record);
  } finally {
    await replayer.close();
  }
}

import { makeTemporaryFolder } from "../temporaryFolder.ts";
import { dbos } from "./dbos.ts";
import { install } from "./install.ts";
import type { OpenPeer, Peer } from "./peer.ts";
import { restate } from "./restate.ts";

/** A peer that could not be installed or started, and why. */
export interface MissingPeer {
  readonly name: string;
  readonly why: string;
}

/**
 * Installs the peers into a temporary folder, starts them for `work` and removes them afterwards. A peer that cannot be had is
 * `missing`, and the work is done without it.
 */
export async function withPeers<T>(
  work: (peers: readonly OpenPeer[], missing: readonly MissingPeer[]) => Promise<T>,
  all: readonly Peer[] = [restate, dbos],
): Promise<T> {
  const folder = await makeTemporaryFolder("tasker-bench-peers-");
  const peers: OpenPeer[] = [];
  const missing: MissingPeer[] = [];
  try {
    for (const peer of all) {
      try {
        peers.push(await peer.open(await install(peer, folder.path)));
      } catch (error) {
        missing.push({ name: peer.name, why: error instanceof Error ? error.message : String(error) });
      }
    }
    return await work(peers, missing);
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
    await folder.remove();
  }
}

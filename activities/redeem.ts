import type { Settlement } from "../protocol/step.ts";
import type { BlobStore } from "../protocol/store.ts";
import type { GuestSettlement } from "../sandbox/types.ts";
import { readCarried } from "./carried.ts";

/** Settlements as the VM takes them: claims become the JSON that they stand for. */
export async function redeem(blobs: BlobStore, settlements: readonly Settlement[]): Promise<GuestSettlement[]> {
  return Promise.all(
    settlements.map(async (settlement): Promise<GuestSettlement> => {
      if (!settlement.ok) return settlement;
      return { id: settlement.id, ok: true, result: await readCarried(blobs, settlement.result) };
    }),
  );
}

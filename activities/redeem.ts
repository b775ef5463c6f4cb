import type { Settlement } from "../protocol/step.ts";
import type { BlobReader, BlobStore } from "../protocol/store.ts";
import type { GuestSettlement } from "../sandbox/types.ts";
import { readCarried } from "./carried.ts";
import { redeemError } from "./carryError.ts";
import { secretsIn } from "./masking/secretClaims.ts";
import type { VmSecrets } from "./masking/vmSecrets.ts";

/** Settlements as the VM takes them: claims become the JSON that they refer to, and what is secret in them joins `secrets`. */
export async function redeem(
  blobs: BlobStore,
  reader: BlobReader,
  settlements: readonly Settlement[],
  secrets: VmSecrets,
): Promise<GuestSettlement[]> {
  return Promise.all(
    settlements.map(async (settlement): Promise<GuestSettlement> => {
      if (!settlement.ok) {
        return { id: settlement.id, ok: false, error: await redeemError(blobs, reader, settlement.error) };
      }
      const result = await readCarried(blobs, reader, settlement.result);
      secrets.add(await secretsIn(result));
      return { id: settlement.id, ok: true, result: result.text };
    }),
  );
}

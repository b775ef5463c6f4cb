import { createHmac } from "node:crypto";
import type { RunKey } from "../protocol/run.ts";
import type { Carried } from "../protocol/value.ts";
import type { GuestCall } from "../sandbox/types.ts";

/** The run that makes a call. */
export interface CallingRun {
  readonly run: RunKey;
  /** 1 for a run that no other one began. */
  readonly depth: number;
}

/** Gives a call the key that tells it from all calls of all runs. */
export interface CallKeys {
  /** @param carried what the call carries, as the history shows it */
  of(caller: CallingRun, call: Pick<GuestCall, "key">, carried: Carried): string;
}

/** Bytes of a key: 22 characters of base64url. */
const KEY_BYTES = 16;

/**
 * The key is in the history, and in a nested run's workflow id. Where the arguments are not readable there, their plain hash
 * must not be either: a PIN is found by hashing all of them. The key is then made with the installation's secret.
 * @param encrypts whether histories are encrypted
 */
export function createCallKeys(secret: () => Uint8Array, encrypts: boolean): CallKeys {
  return {
    of({ run, depth }, { key }, carried) {
      const isSealed = "claim" in carried && carried.claim.secret === true;
      return createHmac("sha256", encrypts || isSealed ? secret() : "")
        .update(JSON.stringify([...scopeOf(run, depth), key]))
        .digest()
        .toString("base64url", 0, KEY_BYTES);
    },
  };
}

/**
 * What tells a run from all others for good. A run that Temporal begins (by a schedule, a retry policy, or for somebody who uses
 * an id again) is another one each time. A nested run's id is already the key of one call of its parent: if it begins again
 * after a reset of the parent, it does the same call's work again.
 */
export function scopeOf({ taskRunId, firstRunId }: RunKey, depth: number): readonly string[] {
  return depth > 1 ? [taskRunId] : [taskRunId, firstRunId];
}

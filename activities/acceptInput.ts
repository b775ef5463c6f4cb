import type { TaskRunArgs } from "../protocol/activities.ts";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { BlobReader, BlobStore } from "../protocol/store.ts";
import type { TaskVersion } from "../protocol/task.ts";
import { utf8Length } from "../protocol/text.ts";
import type { Carried, Claim } from "../protocol/value.ts";
import { carry, readCarried, type Redeemed } from "./carried.ts";
import type { InputCheck } from "./inputCheck.ts";
import { maskedText } from "./masking/maskedText.ts";
import { sealBlob, secretsIn } from "./masking/secretClaims.ts";
import { VmSecrets } from "./masking/vmSecrets.ts";

export interface AcceptedInput {
  /** For the record. */
  readonly input: Carried;
  /** Where the VM finds the input, unless it is the workflow's own argument. */
  readonly claim: Claim | undefined;
  /** What the run's log says of the input. */
  readonly notes: string | undefined;
}

/**
 * Checks the input and fills in the defaults that the version declares. They are applied here, once: the run pins the result,
 * so that every worker and every replay sees the same input.
 */
export function createAcceptInput(blobs: BlobStore, checkInput: InputCheck) {
  return async function acceptInput(run: RunKey, args: TaskRunArgs, version: TaskVersion): Promise<AcceptedInput> {
    const given: Carried =
      args.inputClaim === undefined
        ? { value: args.input === undefined ? {} : args.input }
        : { claim: args.inputClaim };
    const reader = { ...run, ...(args.nested && { parent: args.nested.parent }) };
    const redeemed = await readInput(blobs, reader, given);
    const { text } = redeemed;
    checkSize(text);
    const { completed, unknown } = await checkInput(version, text).catch((error: unknown) => {
      throw withoutSecrets(error, redeemed);
    });
    const secrets = new VmSecrets();
    secrets.add(await secretsIn(redeemed));
    const notes = unknown === undefined ? undefined : secrets.hide(unknown);
    if (completed === undefined) {
      if ("claim" in given) return { input: given, claim: given.claim, notes };
      const input = await carry(blobs, run, text, LIMITS.inlineBytes);
      return { input, claim: claimOf(input), notes };
    }
    checkSize(completed);
    const input = redeemed.secret
      ? { claim: await sealBlob(blobs, run, Buffer.from(completed, "utf8"), secrets.all) }
      : await carry(blobs, run, completed, LIMITS.inlineBytes);
    const claim = claimOf(input) ?? (await blobs.put(run, Buffer.from(completed, "utf8")));
    return { input, claim, notes };
  };
}

/** A refusal names the input's fields, and their names may be secrets that a parent was told. */
function withoutSecrets(error: unknown, { secret }: Redeemed): unknown {
  if (!(error instanceof TaskerError) || secret === undefined) return error;
  const secrets = new VmSecrets();
  secrets.add(secret === "itself" ? "all" : secret);
  const message = maskedText((text) => secrets.hide(text), error.message, LIMITS.errorBytes / 2);
  return new TaskerError({ ...error.toTaskError(), message }, { retryable: error.retryable });
}

function claimOf(carried: Carried): Claim | undefined {
  return "claim" in carried ? carried.claim : undefined;
}

function checkSize(text: string): void {
  // Most inputs are far from the bound: their bytes need not be counted.
  if (text.length * 3 <= LIMITS.inputBytes || utf8Length(text) <= LIMITS.inputBytes) return;
  const message = `The input is larger than ${LIMITS.inputBytes} bytes of JSON.`;
  throw new TaskerError(taskError(CODES.inputTooLarge, message));
}

const WRONG_CLAIM = new Set<string>([CODES.claimDenied, CODES.blobMissing]);

/**
 * Anybody may start a run with any claim. One that this run may not redeem is a wrong input, and final. So is one of a value
 * that is not there: a client puts the value before it starts the run, so waiting would not help.
 */
async function readInput(blobs: BlobStore, reader: BlobReader, given: Carried): Promise<Redeemed> {
  try {
    return await readCarried(blobs, reader, given);
  } catch (error) {
    if (!(error instanceof TaskerError) || !WRONG_CLAIM.has(error.code)) throw error;
    const message = `"inputClaim" is refused. ${error.message}`;
    throw new TaskerError(taskError(CODES.invalidInput, message));
  }
}

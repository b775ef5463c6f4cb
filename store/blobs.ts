import { createHash } from "node:crypto";
import { sql as raw } from "kysely";
import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RunKey } from "../protocol/run.ts";
import type { BlobStore } from "../protocol/store.ts";
import { safeText } from "../protocol/text.ts";
import type { Claim } from "../protocol/value.ts";
import type { Database } from "./database.ts";
import { redeemable } from "./holders.ts";
import { inChunks } from "./chunks.ts";
import { lockRefs } from "./lockRefs.ts";
import { keyColumns, toName } from "./names.ts";
import type { Sealing } from "./sealing.ts";

/** Above this, hashing happens off the main thread. */
const HASHED_HERE_BYTES = 64 * 1024;

/**
 * Bytes of one answer from Postgres. pg gets them as hexadecimal text and parses that on the main thread:
 * 32 MiB in one piece would stop everything else for half a second.
 */
const SLICE_BYTES = 1024 * 1024;

/**
 * Bytes under their own hash. The same bytes are kept once, however many runs hold them. Sealed bytes have the hash of the
 * sealed form, so that the name tells nothing about the content; no two sealings are the same bytes.
 */
export function createBlobStore(database: Database, sealing: Sealing): BlobStore {
  const { sql } = database;
  const insert = (sha256: string, bytes: Uint8Array) => sql.insertInto("tasker_blobs").values({ sha256, bytes });
  // The reference comes first: it takes the lock that a removal waits for (see removeRun.ts) before the bytes are looked for.
  const hold = (owner: RunKey, sha256: string) => {
    const givenAt = owner.firstRunId === "" ? Date.now() : null;
    return sql
      .insertInto("tasker_blob_refs")
      .values({ ...keyColumns(owner), sha256, given_at: givenAt })
      .onConflict((conflict) =>
        conflict.columns(["task_run_id", "first_run_id", "sha256"]).doUpdateSet({ given_at: givenAt }),
      );
  };
  const deleteUnheld = (names: readonly string[]) =>
    sql
      .deleteFrom("tasker_blobs")
      .where("sha256", "in", names)
      .where((is) =>
        is.not(
          is.exists(
            is
              .selectFrom("tasker_blob_refs as held")
              .select("held.sha256")
              .whereRef("held.sha256", "=", "tasker_blobs.sha256"),
          ),
        ),
      );
  // Postgres has this function, and SQLite's thread adds it: what was written is read back where it lies.
  const rehash = (sha256: string) =>
    sql
      .selectFrom("tasker_blobs")
      .select(raw`sha256(bytes)`.as("hash"))
      .where("sha256", "=", sha256);

  return {
    async put(owner, given, { secret } = {}) {
      const bytes = sealing.sealBlob(given, secret);
      const facts = { sha256: await hash(bytes), bytes: bytes.length };
      const claim: Claim = secret === undefined ? facts : { ...facts, secret: true };
      const found = insert(claim.sha256, bytes).onConflict((conflict) => conflict.doNothing());
      const [, , kept] = await database.write([hold(owner, claim.sha256), found, rehash(claim.sha256)]);
      if (isHash(kept?.rows, claim.sha256)) return claim;
      // What was there under this hash is damaged; whoever else holds it gains by being given the bytes again.
      const mended = insert(claim.sha256, bytes).onConflict((conflict) =>
        conflict.column("sha256").doUpdateSet({ bytes }),
      );
      const [, , healed] = await database.write([hold(owner, claim.sha256), mended, rehash(claim.sha256)]);
      if (isHash(healed?.rows, claim.sha256)) return claim;
      throw missing(`Blob ${claim.sha256} (${bytes.length} bytes) could not be read back as it was written.`);
    },

    async get(reader, sha256) {
      const may = redeemable(database, reader).select("held.sha256").where("held.sha256", "=", toName(sha256)).limit(1);
      if ((await database.read(may)).length === 0) throw denied(reader, sha256);
      const bytes = await (database.only === "postgres" ? readInSlices(database, sha256) : read(database, sha256));
      if (bytes && (await hash(bytes)) !== sha256) {
        throw missing(
          `Blob ${sha256} is damaged: its bytes do not hash to its name. Restore it, then the run goes on.`,
        );
      }
      return bytes && sealing.openBlob(bytes);
    },

    async release(owner, sha256s) {
      if (sha256s.length === 0) return;
      const names = sha256s.map(toName);
      await database.write([
        ...lockRefs(database),
        sql
          .deleteFrom("tasker_blob_refs")
          .where((is) => is.and(keyColumns(owner)))
          .where("sha256", "in", names),
        deleteUnheld(names),
      ]);
    },

    async removeUnclaimed(olderThan) {
      const unclaimed = sql
        .selectFrom("tasker_blob_refs")
        .select("sha256")
        .where("first_run_id", "=", toName(""))
        .where("given_at", "<", olderThan);
      const names = [...new Set((await database.read(unclaimed)).map(({ sha256 }) => sha256))];
      let removed = 0;
      for (const chunk of inChunks(names, () => 0)) {
        const results = await database.write([
          ...lockRefs(database),
          sql
            .deleteFrom("tasker_blob_refs")
            .where("sha256", "in", chunk)
            .where("first_run_id", "=", toName(""))
            .where("given_at", "<", olderThan),
          deleteUnheld(chunk),
        ]);
        removed += results.at(-1)?.affected ?? 0;
      }
      return removed;
    },
  };
}

async function read(database: Database, sha256: string): Promise<Uint8Array | undefined> {
  const query = database.sql.selectFrom("tasker_blobs").select("bytes").where("sha256", "=", toName(sha256));
  return (await database.read(query))[0]?.bytes;
}

async function readInSlices(database: Database, sha256: string): Promise<Uint8Array | undefined> {
  const blob = database.sql.selectFrom("tasker_blobs").where("sha256", "=", toName(sha256));
  // SQL counts from 1.
  const from = (start: number) =>
    raw<Uint8Array>`substring(bytes from ${start + 1}::int for ${SLICE_BYTES}::int)`.as("slice");
  const [first] = await database.read(blob.select([raw<number>`length(bytes)`.as("length"), from(0)]));
  if (!first) return undefined;
  const bytes = new Uint8Array(first.length);
  bytes.set(first.slice);
  for (let start = SLICE_BYTES; start < bytes.length; start += SLICE_BYTES) {
    const [next] = await database.read(blob.select(from(start)));
    if (!next) return undefined;
    bytes.set(next.slice, start);
  }
  return bytes;
}

function isHash(rows: readonly unknown[] | undefined, sha256: string): boolean {
  const row = rows?.[0] as { hash: Uint8Array } | undefined;
  return row !== undefined && Buffer.from(row.hash).toString("hex") === sha256;
}

async function hash(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= HASHED_HERE_BYTES) return createHash("sha256").update(bytes).digest("hex");
  // A SharedArrayBuffer, which this would refuse, is no Uint8Array that anybody has given us so far.
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).toString("hex");
}

function denied({ taskRunId }: RunKey, sha256: string): TaskerError {
  const message =
    `Run ${safeText(taskRunId, LIMITS.workflowIdBytes)} may not redeem the claim ${safeText(sha256, 64)}: ` +
    "neither it, its parent nor one of its children holds that blob. Give the value itself.";
  return new TaskerError(taskError(CODES.claimDenied, message));
}

function missing(message: string): TaskerError {
  return new TaskerError(taskError(CODES.blobMissing, message));
}

/** pg answers with a Buffer; callers shall not come to depend on one. */
export function plain(bytes: Uint8Array): Uint8Array {
  return Buffer.isBuffer(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
}

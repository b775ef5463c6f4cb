import { createHash, hash } from "node:crypto";
import { canonicalJson } from "./canonicalJson.ts";
import type { GuestCall } from "./types.ts";

/** Bytes of a call's digest that the table keeps. */
const DIGEST_BYTES = 8;

/** Bytes of a key: 22 characters of base64url. */
const KEY_BYTES = 16;

/**
 * How many calls of each kind a VM has issued: equal path, equal arguments, equal links. It gives each call a key that
 * follows from what the call is and which of its equals it is, not from its number: numbers follow the order in which other
 * calls settled, and that order changes after a reset. The table follows from the steps alone, as the VM's memory does, so
 * it is kept with it: in a snapshot, and counted anew when steps are replayed.
 */
export class CallCounts {
  private readonly counts: Map<bigint, number>;

  constructor(counts: ReadonlyMap<bigint, number> = new Map<bigint, number>()) {
    this.counts = new Map(counts);
  }

  /** Counts a call and returns its key, unique among the calls of its VM. */
  add({ path, args, links }: Omit<GuestCall, "key">): string {
    const digest = createHash("sha256").update(JSON.stringify(path));
    for (const text of [args, ...links.flatMap((link) => [JSON.stringify(link.name), link.args])]) {
      const canonical = canonicalJson(text);
      // The length keeps the end of one text from passing for the beginning of another.
      digest.update(`\n${canonical.length}:`).update(canonical);
    }
    const bytes = digest.digest();
    const kind = bytes.readBigUInt64LE();
    const ordinal = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, ordinal);
    return hash("sha256", `${bytes.toString("hex")} ${ordinal}`, "buffer").toString("base64url", 0, KEY_BYTES);
  }

  copy(): CallCounts {
    return new CallCounts(this.counts);
  }

  /** The table as bytes: for each kind the first 8 bytes of its digest and its count as a varint (LEB128). */
  encode(): Buffer {
    const bytes = Buffer.alloc(this.counts.size * (DIGEST_BYTES + VARINT_BYTES));
    let at = 0;
    for (const [kind, count] of this.counts) {
      at = bytes.writeBigUInt64LE(kind, at);
      let rest = count;
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) at = bytes.writeUInt8((rest % 0x80) | 0x80, at);
      at = bytes.writeUInt8(rest, at);
    }
    return bytes.subarray(0, at);
  }

  /** @throws Error for bytes that `encode` did not write */
  static decode(bytes: Buffer): CallCounts {
    const counts = new Map<bigint, number>();
    for (let at = 0; at < bytes.length;) {
      const kind = bytes.readBigUInt64LE(at);
      at += DIGEST_BYTES;
      let count = 0;
      for (let factor = 1; ; factor *= 0x80) {
        const byte = bytes.readUInt8(at++);
        count += (byte % 0x80) * factor;
        if (byte < 0x80) break;
      }
      counts.set(kind, count);
    }
    return new CallCounts(counts);
  }
}

/** Of a count up to 2^53. */
const VARINT_BYTES = 8;

import { createHash } from "node:crypto";

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

/**
 * A page of `all`. A token is good only for the list that it came with: `key` says which that is.
 * Undefined when the token is no token of this list.
 */
export function pageOf<T>(all: readonly T[], size: number, token: string | null, key: string): Page<T> | undefined {
  const tag = createHash("sha256").update(key).digest("base64url").slice(0, 12);
  let offset = 0;
  if (token !== null && token !== "") {
    const [given, position] = Buffer.from(token, "base64url").toString().split(" ");
    offset = Number(position);
    if (given !== tag || !Number.isSafeInteger(offset) || offset <= 0) return undefined;
  }
  const items = all.slice(offset, offset + size);
  const end = offset + items.length;
  if (end >= all.length) return { items };
  return { items, nextPageToken: Buffer.from(`${tag} ${end}`).toString("base64url") };
}

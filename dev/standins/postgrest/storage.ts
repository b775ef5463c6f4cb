import { createHash } from "node:crypto";
import type { Json } from "../../../protocol/json.ts";
import type { LoggedRequest } from "../standInServer.ts";
import { jsonAnswer, type Answer } from "./answer.ts";

/** Buckets by name; the files in each as path and size in bytes. */
export type Buckets = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const NOTES_BUCKETS: Buckets = {
  attachments: { "readme.txt": 120, "2026/plan.pdf": 52_000, "2026/budget.csv": 900 },
};

const MADE = "2026-01-02T03:04:05.678Z";

/** Answers one request for `/storage/v1/…`: buckets, lists of files, facts about one, signed URLs. */
export function answerStorage({ method, path, body }: LoggedRequest, buckets: Buckets): Answer {
  const [, , , resource, action = "", name = "", ...rest] = path.split("/").map(decodeURIComponent);
  const file = rest.join("/");
  if (method === "GET" && resource === "bucket") {
    if (action === "") return jsonAnswer(200, Object.keys(buckets).map(bucketOf));
    return Object.hasOwn(buckets, action) ? jsonAnswer(200, bucketOf(action)) : missing("Bucket not found");
  }
  if (resource !== "object") return missing("Route not found");
  const files = Object.hasOwn(buckets, name) ? (buckets[name] ?? {}) : {};
  if (method === "POST" && action === "list") return list(files, body);
  if (method === "POST" && action === "sign") return sign(name, file, files, body);
  if (method === "GET" && action === "info") return info(name, file, files);
  return missing("Route not found");
}

/** One level below the prefix: files with their facts, folders without. A bucket that is not there has no files. */
function list(files: Readonly<Record<string, number>>, body: string): Answer {
  const asked = JSON.parse(body) as {
    prefix?: string;
    limit?: number;
    offset?: number;
    search?: string;
    sortBy?: { order?: string };
  };
  const prefix = (asked.prefix ?? "").replace(/\/?$/, "/").replace(/^\//, "");
  const entries = new Map<string, Json>();
  for (const [path, size] of Object.entries(files)) {
    if (!path.startsWith(prefix)) continue;
    const [name = "", ...below] = path.slice(prefix.length).split("/");
    if (!name.includes(asked.search ?? "")) continue;
    entries.set(name, below.length === 0 ? fileOf(path, name, size) : folderOf(name));
  }
  const names = [...entries.keys()].sort();
  if (asked.sortBy?.order === "desc") names.reverse();
  const { offset = 0, limit = 100 } = asked;
  return jsonAnswer(
    200,
    names.slice(offset, offset + limit).map((name) => entries.get(name)),
  );
}

function sign(bucket: string, file: string, files: Readonly<Record<string, number>>, body: string): Answer {
  const { paths, expiresIn = 60 } = JSON.parse(body) as { paths?: string[]; expiresIn?: number };
  const token = createHash("sha256").update(`${bucket}/${file} ${expiresIn}`).digest("hex");
  const urlOf = (path: string): string => `/object/sign/${bucket}/${path}?token=${token}`;
  if (paths === undefined)
    return Object.hasOwn(files, file) ? jsonAnswer(200, { signedURL: urlOf(file) }) : missing("Object not found");
  const signed = paths.map((path) =>
    Object.hasOwn(files, path)
      ? { error: null, path, signedURL: urlOf(path) }
      : { error: "Either the object does not exist or you do not have access to it", path, signedURL: null },
  );
  return jsonAnswer(200, signed);
}

function info(bucket: string, file: string, files: Readonly<Record<string, number>>): Answer {
  const size = Object.hasOwn(files, file) ? files[file] : undefined;
  if (size === undefined) return missing("Object not found");
  return jsonAnswer(200, { ...idOf(file), name: file, bucket_id: bucket, size, created_at: MADE, last_modified: MADE });
}

function bucketOf(name: string): Json {
  return { id: name, name, public: false, created_at: MADE, updated_at: MADE };
}

function fileOf(path: string, name: string, size: number): Json {
  const times = { created_at: MADE, updated_at: MADE, last_accessed_at: MADE };
  return { name, ...idOf(path), ...times, metadata: { size, mimetype: "application/octet-stream" } };
}

function folderOf(name: string): Json {
  return { name, id: null, created_at: null, updated_at: null, last_accessed_at: null, metadata: null };
}

function idOf(path: string): { id: string } {
  const hex = createHash("sha256").update(path).digest("hex");
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  };
}

/** The storage server tells the status in the body, and 400 in the answer. */
function missing(message: string): Answer {
  return jsonAnswer(400, { statusCode: "404", error: message === "Object not found" ? "not_found" : message, message });
}

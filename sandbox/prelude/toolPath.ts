import { LIMITS } from "../../protocol/limits.ts";
import { jsonStringify } from "./intrinsics.ts";
import { isLonger } from "./text.ts";

/** A tool's path, written down once and used by every call of it. */
export interface ToolPath {
  /** The service. */
  readonly head: string;
  readonly last: string;
  /** Segments with dots between: for people, for a segment may hold a dot itself. */
  readonly dotted: string;
  /** Segments as the inside of a JSON array. */
  readonly json: string;
  /** The dotted name is longer than any tool's: the path does not grow any more. */
  readonly tooLong: boolean;
}

export const ROOT: ToolPath = { __proto__: null, head: "", last: "", dotted: "", json: "", tooLong: false } as never;

export function extend(path: ToolPath, segment: string): ToolPath {
  if (path.tooLong) return path;
  const root = path === ROOT;
  const dotted = root ? segment : `${path.dotted}.${segment}`;
  const tooLong = isLonger(dotted, LIMITS.toolNameBytes);
  const json = tooLong ? "" : `${root ? "" : `${path.json},`}${jsonStringify(segment) ?? ""}`;
  return { __proto__: null, head: root ? segment : path.head, last: segment, dotted, json, tooLong } as never;
}

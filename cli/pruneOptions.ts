import ms, { type StringValue } from "ms";
import type { RunEnd } from "../protocol/store.ts";
import { parseOptions } from "./options.ts";
import { UsageError } from "./usageError.ts";

/** What `tasker prune` is asked to do. */
export interface PruneRequest {
  /** Milliseconds. */
  readonly olderThan: number;
  readonly keep: readonly RunEnd["status"][];
  readonly dryRun: boolean;
  readonly json: boolean;
}

const OPTIONS = {
  "older-than": { type: "string" },
  keep: { type: "string", multiple: true },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

const ENDS: readonly RunEnd["status"][] = ["completed", "failed", "cancelled", "timed_out", "terminated"];
const HELP = "`tasker prune --help` shows an example.";

/** @throws UsageError */
export function parsePruneOptions(args: readonly string[]): PruneRequest {
  const values = parseOptions("prune", args, OPTIONS);
  return {
    olderThan: age(values["older-than"]),
    keep: (values.keep ?? []).map(end),
    dryRun: values["dry-run"] === true,
    json: values.json === true,
  };
}

/** A unit is asked for: `--older-than 90` would be 90 milliseconds. */
function age(text: string | undefined): number {
  if (text === undefined) throw new UsageError("Say how long ago the runs ended: --older-than 90d.", HELP);
  const milliseconds = /^\d+(\.\d+)? ?[a-z]+$/i.test(text) && text.length <= 100 ? ms(text as StringValue) : NaN;
  if (Number.isFinite(milliseconds)) return milliseconds;
  throw new UsageError("--older-than takes a time with its unit, such as 90d, 12h or 30m.", HELP);
}

function end(text: string): RunEnd["status"] {
  const known = ENDS.find((status) => status === text);
  if (known !== undefined) return known;
  throw new UsageError(`--keep takes one of ${ENDS.join(", ")}.`, HELP);
}

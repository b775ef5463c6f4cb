import type { Pruned } from "../../client/prune.ts";
import { plural } from "./plural.ts";

/** What was removed, or would be, for people. */
export function prunedText({ runs, calls, blobs, bytes, unconfirmed }: Pruned, dryRun: boolean): string {
  const verb = dryRun ? "Would remove" : "Removed";
  const lines = [
    `${verb} ${plural(runs, "run")} with ${plural(calls, "call")} and ${plural(blobs, "stored value")}: ${size(bytes)}`,
  ];
  if (unconfirmed > 0) {
    lines.push(
      `${plural(unconfirmed, "run")} stayed: Temporal has not confirmed how they ended. Run this where Temporal can be reached.`,
    );
  }
  return lines.join("\n");
}

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

function size(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

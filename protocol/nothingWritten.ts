import type { Written } from "./store.ts";

/** What is written for a run of which nothing counts yet. It replaces calls, lines and steps that the record may have. */
export function nothingWritten(engine: string): Required<Omit<Written, "end">> {
  const steps = { first: 1, steps: [], engine, snapshots: [] };
  return { firstCall: 1, calls: [], firstLine: 0, lines: [], steps };
}

import type { LogLine } from "../protocol/step.ts";
import type { GuestCall, GuestFailure, Unsettled } from "./types.ts";

/** What a guest put into its outbox. */
export interface Records {
  readonly calls: Omit<GuestCall, "key">[];
  readonly cleared: number[];
  readonly logs: LogLine[];
  /** The records that a digest covers, as the guest wrote them. */
  readonly digested: string[];
}

interface CallHeader {
  readonly id: number;
  readonly path: string[];
  readonly args: number;
  readonly links: readonly { readonly name: string; readonly args: number }[];
}

/** Reads records as prelude/outbox.ts describes them: a kind, a line of JSON, raw texts of the lengths that it names. */
export function readRecords(text: string): Records {
  const records: Records = { calls: [], cleared: [], logs: [], digested: [] };
  let at = 0;
  while (at < text.length) {
    const start = at;
    const lineEnd = text.indexOf("\n", at);
    const line = text.slice(at + 1, lineEnd);
    at = lineEnd + 1;
    switch (text[start]) {
      case "C": {
        const header = JSON.parse(line) as CallHeader;
        const args = text.slice(at, (at += header.args));
        const links = header.links.map((link) => ({ name: link.name, args: text.slice(at, (at += link.args)) }));
        records.calls.push({ id: header.id, path: header.path, args, links });
        records.digested.push(text.slice(start, at));
        break;
      }
      case "X":
        records.cleared.push(Number(line));
        records.digested.push(text.slice(start, at));
        break;
      case "L":
        records.logs.push(JSON.parse(line) as LogLine);
        break;
      case undefined:
      default:
        throw new Error("the VM answered a record of no known kind");
    }
  }
  return records;
}

/** How a step ended, as the guest says it. */
export type Ending =
  | { readonly state: "suspended" }
  | { readonly state: "completed"; readonly result: string; readonly unsettled?: Unsettled }
  | { readonly state: "failed"; readonly failure: GuestFailure; readonly unsettled?: Unsettled };

/** A kind, what has not settled (nothing, in engines of earlier releases), a line's end, result or failure. */
export function readEnding(text: string): Ending {
  const lineEnd = text.indexOf("\n");
  const told = text.slice(1, lineEnd);
  const unsettled = told === "" ? {} : { unsettled: JSON.parse(told) as Unsettled };
  const rest = text.slice(lineEnd + 1);
  switch (text[0]) {
    case "S":
      return { state: "suspended" };
    case "R":
      return { state: "completed", result: rest, ...unsettled };
    case "F":
      return { state: "failed", failure: JSON.parse(rest) as GuestFailure, ...unsettled };
    case undefined:
    default:
      throw new Error("the VM answered an ending of no known kind");
  }
}

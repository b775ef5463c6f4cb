import { authorStack, sourcePoint } from "./authorStack.ts";
import { firstPlace } from "./firstPlace.ts";
import { namedCallee, namesNothing } from "./namedCallee.ts";
import type { GuestFailure } from "./types.ts";

/** What an author reads of a failure. */
export interface AuthorFailure {
  readonly message: string;
  readonly stack?: string;
}

/**
 * A failure in terms of the author's source: the stack has the author's files, and the message says what was called, where
 * the guest was stopped, or where its last calls were made. A bad source map changes nothing and throws nothing.
 */
export function authorFailure({ code, message, stack, places }: GuestFailure, sourceMapJson: string): AuthorFailure {
  const mapped = stack === undefined ? undefined : authorStack(stack, sourceMapJson);
  const named = namedMessage(message, stack, sourceMapJson) + where(code, places, sourceMapJson);
  if (mapped === undefined) return { message: named };
  return { message: named, stack: mapped.startsWith(`${message}\n`) ? named + mapped.slice(message.length) : mapped };
}

function namedMessage(message: string, stack: string | undefined, sourceMapJson: string): string {
  if (stack === undefined || !namesNothing(message)) return message;
  const point = sourcePoint(stack, sourceMapJson);
  return point === undefined ? message : namedCallee(message, point);
}

function where(code: string, places: readonly string[] | undefined, sourceMapJson: string): string {
  const found = new Set(places?.map((frames) => firstPlace(authorStack(frames, sourceMapJson))));
  found.delete(undefined);
  const list = [...found].join(", ");
  switch (code) {
    case "cpu_limit":
      return list === ""
        ? "; where it was stopped is not known"
        : `; it was stopped in the function or call at ${list}`;
    case "deadlock":
      // An engine of an earlier release says nothing of its calls.
      if (places === undefined) return "";
      if (places.length === 0) return "; it made no call";
      return list === "" ? "" : `; its last ${found.size === 1 ? "call was" : "calls were"} made at ${list}`;
    default:
      return "";
  }
}

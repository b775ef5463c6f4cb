import { safeText } from "../protocol/text.ts";

/** `file:line:column` of a stack's first frame. */
export function firstPlace(stack: string): string | undefined {
  const place = /^[ \t]*at (?:[^\n]*\()?([^\n()]+:\d+:\d+)\)?[ \t]*$/m.exec(stack)?.[1];
  return place === undefined ? undefined : safeText(place, 300);
}

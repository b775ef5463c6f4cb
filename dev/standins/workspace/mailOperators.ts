import type { Condition } from "./mailCondition.ts";
import { wordsOf } from "./mailWords.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Gmail's API takes dates as midnight in Pacific Standard Time. */
const PST_MS = 8 * HOUR_MS;

/**
 * What `name:value` asks for, by https://support.google.com/mail/answer/7190; undefined when it is not known or its
 * value makes no sense, so that it is looked for as words.
 */
export function searchOperator(name: string, value: string, now: number): Condition | undefined {
  switch (name) {
    case "from":
    case "to":
      if (value.toLowerCase() === "me") return { kind: "me", field: name };
      return { kind: "text", field: name, words: wordsOf(value) };
    case "subject":
    case "filename":
      return { kind: "text", field: name, words: wordsOf(value) };
    case "in":
    case "label":
      return place(value);
    case "is":
      return state(value);
    case "category":
      return { kind: "label", name: `category_${labelName(value)}` };
    case "has":
      return possession(value);
    case "newer_than":
    case "older_than": {
      const border = ago(value, now);
      if (border === undefined) return undefined;
      return name === "newer_than" ? { kind: "date", from: border } : { kind: "date", before: border };
    }
    case "after":
    case "newer":
    case "before":
    case "older": {
      const border = day(value);
      if (border === undefined) return undefined;
      return name === "after" || name === "newer" ? { kind: "date", from: border } : { kind: "date", before: border };
    }
    case "larger":
    case "size":
    case "smaller": {
      const bytes = size(value);
      if (bytes === undefined) return undefined;
      return name === "smaller" ? { kind: "size", under: bytes } : { kind: "size", over: bytes };
    }
    case "rfc822msgid":
      return { kind: "messageId", id: value.replace(/^<|>$/g, "") };
    default:
      return undefined;
  }
}

/** How labels are written in a search: `label:my-label` for "My label". */
export function labelName(name: string): string {
  return name.toLowerCase().replace(/[\s/&]+/g, "-");
}

function place(value: string): Condition {
  const name = labelName(value);
  if (name === "anywhere" || name === "archive") return { kind: "place", place: name };
  if (name === "read") return { kind: "not", of: { kind: "label", name: "unread" } };
  return { kind: "label", name: name === "drafts" ? "draft" : name };
}

function state(value: string): Condition | undefined {
  const name = value.toLowerCase();
  if (name === "read") return { kind: "not", of: { kind: "label", name: "unread" } };
  return ["unread", "starred", "important"].includes(name) ? { kind: "label", name } : undefined;
}

function possession(value: string): Condition | undefined {
  const name = value.toLowerCase();
  if (name === "attachment") return { kind: "attachment" };
  if (name === "userlabels") return { kind: "userLabels" };
  return name === "nouserlabels" ? { kind: "not", of: { kind: "userLabels" } } : undefined;
}

function ago(value: string, now: number): number | undefined {
  const [, count, unit] = /^(\d{1,4})([hdmy])$/i.exec(value) ?? [];
  if (unit === undefined) return undefined;
  const amount = Number(count);
  const date = new Date(now);
  switch (unit.toLowerCase() as "h" | "d" | "m" | "y") {
    case "h":
      return now - amount * HOUR_MS;
    case "d":
      return now - amount * DAY_MS;
    case "m":
      return date.setUTCMonth(date.getUTCMonth() - amount);
    case "y":
      return date.setUTCFullYear(date.getUTCFullYear() - amount);
  }
}

function day(value: string): number | undefined {
  if (/^\d{6,11}$/.test(value)) return Number(value) * 1_000;
  const [, year, month, date] = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(value) ?? [];
  if (year === undefined) return undefined;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(date));
  return Number.isNaN(at) ? undefined : at + PST_MS;
}

function size(value: string): number | undefined {
  const [, count, unit = ""] = /^(\d+)([km]?)b?$/i.exec(value) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * { "": 1, k: 1_024, m: 1_048_576 }[unit.toLowerCase() as "" | "k" | "m"];
}

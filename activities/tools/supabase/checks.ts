import { CODES, TaskerError, taskError } from "../../../protocol/errors.ts";
import type { Json } from "../../../protocol/json.ts";
import { safeText } from "../../../protocol/text.ts";
import { unknownOption } from "../unknownOption.ts";

/** Checks one argument of a link; answers what the client library gets. `at` names the argument in the error. */
export type Check = (value: Json | undefined, at: string) => unknown;

/** Postgres cuts names at 63 bytes; files in a bucket may have longer ones. */
const NAME_LENGTH = 1024;
/** What would lead a URL elsewhere than into the one place of a name: separators, escapes, what the URL parser drops. */
const NOT_IN_A_NAME = /[/\\?#%\u0000-\u001f\u007f]/;

export function invalid(message: string): TaskerError {
  return new TaskerError(taskError(CODES.invalidArgument, safeText(`supabase: ${message}`, 2000)));
}

/** A table, function or bucket: one segment of the URL, which the client library writes down as it is. */
export const name: Check = (value, at) => {
  if (typeof value === "string" && isSegment(value)) return value;
  throw invalid(`${at} must be a name without / \\ ? # % and control characters.`);
};

/** A file in a bucket: segments as of `name`. */
export const filePath: Check = (value, at) => {
  if (typeof value === "string" && value.length <= NAME_LENGTH && value.split("/").every(isSegment)) return value;
  throw invalid(`${at} must be a file's path like "folder/file.txt", without \\ ? # % and control characters.`);
};

/** It travels in a header. */
export const schemaName: Check = (value, at) => {
  if (typeof value === "string" && /^[\x21-\x7e]{1,63}$/.test(value)) return value;
  throw invalid(`${at} must be the name of a schema.`);
};

function isSegment(text: string): boolean {
  return text.trim() !== "" && text.length <= NAME_LENGTH && !NOT_IN_A_NAME.test(text) && !/^\.\.?$/.test(text);
}

export const text: Check = (value, at) => {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`${at} must be a string that is not empty.`);
};

export const anyText: Check = (value, at) => {
  if (typeof value === "string") return value;
  throw invalid(`${at} must be a string.`);
};

export const flag: Check = (value, at) => {
  if (typeof value === "boolean") return value;
  throw invalid(`${at} must be true or false.`);
};

export const count: Check = (value, at) => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`${at} must be a whole number from 0 on.`);
};

/** A value that a row is compared with. Without null, which equals nothing in SQL. */
export const scalar: Check = (value, at) => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  const advice = value === null || value === undefined ? " To find rows without a value use .is(column, null)." : "";
  throw invalid(`${at} must be a string, a number or a boolean.${advice}`);
};

export const scalarOrNull: Check = (value, at) => (value === null || value === undefined ? null : scalar(value, at));

export const scalars: Check = (value, at) => {
  if (Array.isArray(value)) return value.map((item, index) => scalar(item, `${at}[${index}]`));
  throw invalid(`${at} must be an array.`);
};

export const object: Check = (value, at) => {
  if (isObject(value)) return value;
  throw invalid(`${at} must be an object.`);
};

/** A row or an array of rows, as `insert` takes them. */
export const rows: Check = (value, at) => {
  if (isObject(value) || (Array.isArray(value) && value.every(isObject))) return value;
  throw invalid(`${at} must be a row as an object, or an array of them.`);
};

export function oneOf(...values: readonly string[]): Check {
  return (value, at) => {
    if (typeof value === "string" && values.includes(value)) return value;
    throw invalid(`${at} must be one of ${values.map((known) => JSON.stringify(known)).join(", ")}.`);
  };
}

export function either(what: string, ...checks: readonly Check[]): Check {
  return (value, at) => {
    for (const check of checks) {
      try {
        return check(value, at);
      } catch {
        // The next may take it.
      }
    }
    throw invalid(`${at} must be ${what}.`);
  };
}

/** JSON knows no undefined: an argument that was left out before another arrives as null. */
export function optional(check: Check): Check {
  return (value, at) => (value === undefined || value === null ? undefined : check(value, at));
}

/** An object of these options and no other, so that a misspelt one is not passed over. */
export function options(known: Readonly<Record<string, Check>>): Check {
  return optional((value, at) => {
    if (!isObject(value)) throw invalid(`${at} must be an object of options.`);
    const unknown = unknownOption(value, Object.keys(known));
    if (unknown !== undefined) throw invalid(`${at}: ${unknown}`);
    const checked = Object.entries(value).map(([option, set]) => {
      const check = known[option] as Check;
      return [option, optional(check)(set, `${at}.${option}`)] as const;
    });
    return Object.fromEntries(checked.filter(([, set]) => set !== undefined));
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/* eslint-disable @typescript-eslint/unbound-method -- methods are taken off their prototypes on purpose. */
import { apply, define, isArray, NativeString, NativeTypeError, ownKeys, slice } from "./intrinsics.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Whether the method returns for this locale what it returns without one. */
type Known = (locale: string) => boolean;

const english: Known = (locale) => slice(locale, 0, 2) === "en";
const american: Known = (locale) => locale === "en" || locale === "en-US";
/** Turkish, Azerbaijani and Lithuanian have letter cases of their own. */
const ordinaryCase: Known = (locale) => {
  const language = slice(locale, 0, 2);
  return language !== "tr" && language !== "az" && language !== "lt";
};

/**
 * The engine has no Intl and ignores the locale and the options of the methods that would need it: a date came in another
 * form, and in another time zone, than the author had asked for. They are refused unless they change nothing.
 */
export function refuseLocales(): void {
  const dates = "toISOString() and the getUTC… methods give the parts of a date";
  for (const name of ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"]) {
    mend(Date.prototype, name, 0, american, dates);
  }
  const numbers = "toFixed(2) gives two decimals";
  mend(Number.prototype, "toLocaleString", 0, american, numbers);
  mend(BigInt.prototype, "toLocaleString", 0, american, numbers);
  mend(Array.prototype, "toLocaleString", 0, american, "map the items first");
  mend(Object.getPrototypeOf(Uint8Array.prototype) as object, "toLocaleString", 0, american, "map the items first");
  mend(String.prototype, "localeCompare", 1, english, "compare numbers or toLowerCase() forms instead");
  mend(String.prototype, "toLocaleUpperCase", 0, ordinaryCase, "use toUpperCase()");
  mend(String.prototype, "toLocaleLowerCase", 0, ordinaryCase, "use toLowerCase()");
}

/** @param before how many arguments come before the locale */
function mend(prototype: object, name: string, before: 0 | 1, known: Known, instead: string): void {
  const native = (prototype as Record<string, Method>)[name] as Method;
  const check = (locales: unknown, options: unknown): void => {
    const what = isKnown(locales, known) ? firstOption(options) : `the locale ${listed(locales)}`;
    if (what === undefined) return;
    const why = `${name} cannot honour ${what}, because the engine has no Intl`;
    throw new NativeTypeError(`${why}: leave it out and format the value yourself (${instead})`);
  };
  const mended: Record<string, Method> =
    before === 0
      ? {
          [name](this: unknown, ...args: unknown[]): unknown {
            check(args[0], args[1]);
            return apply(native, this, []);
          },
        }
      : {
          [name](this: unknown, that: unknown, ...args: unknown[]): unknown {
            check(args[0], args[1]);
            return apply(native, this, [that]);
          },
        };
  define(prototype, name, mended[name]);
}

function isKnown(locales: unknown, known: Known): boolean {
  if (locales === undefined) return true;
  if (!isArray(locales)) return known(NativeString(locales));
  const list = locales as unknown[];
  // The first one decides; the engine would know every locale.
  return list.length === 0 || known(NativeString(list[0]));
}

/** The first option that would change something. */
function firstOption(options: unknown): string | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  const keys = ownKeys(options);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const value = (options as Record<string, unknown>)[key];
    if (typeof key !== "string" || value === undefined || (key === "timeZone" && value === "UTC")) continue;
    return `the option "${key}"`;
  }
  return undefined;
}

function listed(locales: unknown): string {
  const first = isArray(locales) ? (locales as unknown[])[0] : locales;
  return `"${slice(NativeString(first), 0, 50)}"`;
}

import { isIP } from "node:net";
import path from "node:path";
import ipaddr from "ipaddr.js";

/** Turns the text of a variable into its value. `accepts` completes the sentence "It accepts …". */
export interface Parser<T> {
  readonly accepts: string;
  /** `undefined` when the text is not acceptable. */
  readonly parse: (text: string) => T | undefined;
}

/** Any text that is not empty. */
export const text: Parser<string> = { accepts: "any text", parse: (value) => value };

/** A path; relative ones start at the working directory. */
export const filePath: Parser<string> = { accepts: "a path", parse: (value) => path.resolve(value) };

export const flag: Parser<boolean> = {
  accepts: "true or false (or 1 or 0)",
  parse: (value) => {
    if (/^(true|1)$/i.test(value)) return true;
    return /^(false|0)$/i.test(value) ? false : undefined;
  },
};

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): Parser<number> {
  return {
    accepts: `a whole number from ${min} to ${max}`,
    parse: (value) => {
      const number = /^\d+$/.test(value) ? Number(value) : NaN;
      return number >= min && number <= max ? number : undefined;
    },
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Parser<T> {
  return { accepts: words.join(", "), parse: (value) => words.find((word) => word === value) };
}

/** A URL with one of these protocols, such as `postgres:`. */
export function url(...protocols: readonly string[]): Parser<string> {
  return {
    accepts: `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    parse: (value) => (URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value : undefined),
  };
}

const ADDRESS = /^(?:\[[0-9A-Fa-f:.]+\]|[\w-]+(?:\.[\w-]+)*\.?):(\d{1,5})$/;

/** `host:port`, as the Temporal CLI and SDK take it. */
export const address: Parser<string> = {
  accepts: "host:port",
  parse: (value) => {
    const port = Number(ADDRESS.exec(value)?.[1]);
    return port > 0 && port < 65_536 ? value : undefined;
  },
};

const HOST_NAME = /^(?:\*\.)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.?$/u;
const ONLY_DIGITS = /^[\d.]+$/;

/** A host, `*.` and a domain for every host below it, or an address. */
const host = (value: string) =>
  isIP(value) !== 0 || (HOST_NAME.test(value) && !ONLY_DIGITS.test(value)) ? value : undefined;

const range = (value: string) =>
  ipaddr.isValidCIDR(value) && isIP(value.slice(0, value.indexOf("/"))) !== 0 ? value : undefined;

export const hostPatterns = list(
  "hosts, separated by commas: `*`, `example.com`, `*.example.com`; or `none`",
  (value) => (value === "*" ? value : host(value)),
);

export const privateHosts = list(
  "private ranges, addresses and hosts, separated by commas: `10.1.0.0/16`, `127.0.0.1`, `*.internal`; or `none`",
  (value) => range(value) ?? host(value),
);

/** An http or https URL, without credentials. */
export const httpUrl: Parser<string> = {
  accepts: "a URL that starts with https:// or http://, without user and password",
  parse: (value) => {
    if (!URL.canParse(value)) return undefined;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username === "" && password === "" ? value : undefined;
  },
};

/** Origins of web pages, as browsers send them. */
export const origins = list("origins, separated by commas, as `https://temporal.example.com`; or `none`", (value) =>
  URL.canParse(value) && new URL(value).origin === value ? value : undefined,
);

function list(accepts: string, item: (value: string) => string | undefined): Parser<readonly string[]> {
  return {
    accepts,
    parse: (value) => {
      if (value === "none") return [];
      const items = value.split(",").map((part) => item(part.trim()));
      return items.every((part) => part !== undefined) ? items : undefined;
    },
  };
}

import { duration } from "./duration.ts";
import { plainLine } from "../../protocol/plain.ts";
import { plural } from "./plural.ts";
import { NO_PAINT, type Paint } from "./report.ts";
import { table } from "./table.ts";

/** The result of the task `comprehensive-gmail-search`, as its JSDoc has it. */
export interface GmailSearchResult {
  readonly query: string;
  readonly totals: Readonly<Record<"domains" | "users" | "emails" | "failures", number>>;
  readonly elapsedMs: number;
  readonly domains: readonly Domain[];
  readonly cut: Readonly<Record<"users" | "emails", number>>;
}

interface Domain {
  readonly domain: string;
  readonly users: readonly User[];
  readonly error?: Reason;
}

interface User {
  readonly email: string;
  /** Messages found; `emails` may be fewer. */
  readonly found: number;
  readonly emails: readonly Email[];
  readonly error?: Reason;
}

interface Email {
  readonly id: string;
  readonly subject?: string;
  readonly from?: string;
  readonly date?: string;
  readonly error?: Reason;
}

interface Reason {
  readonly code: string;
  readonly message: string;
}

/** Columns of a message's sender, of its line, and of a failure's message. */
const FROM_WIDTH = 28;
const LINE_WIDTH = 120;
const REASON_WIDTH = 500;

/** What the search found, by domain and user, and the sums below it. */
export function gmailSummary(result: GmailSearchResult, paint: Paint = NO_PAINT): string {
  const { query, totals, elapsedMs, domains, cut } = result;
  const sums = [
    ["domains", String(totals.domains)],
    ["users", String(totals.users)],
    ["emails", String(totals.emails)],
    ["failures", String(totals.failures)],
    ["time", duration(elapsedMs)],
    ["query", query],
  ];
  const [first = [], ...rest] = sums.map(([name = "", value = ""]) => [name, plainLine(value, LINE_WIDTH)]);
  return [...domains.flatMap((domain) => domainLines(domain, paint)), "", table(first, rest), ...cutLines(cut)].join(
    "\n",
  );
}

function domainLines({ domain, users, error }: Domain, paint: Paint): string[] {
  const emails = users.reduce((sum, { found }) => sum + found, 0);
  const head = `${plainLine(domain, LINE_WIDTH)}: ${plural(users.length, "user")}, ${plural(emails, "email")}`;
  const failed = error === undefined ? [] : [`  ${reason(error, paint)}`];
  return ["", head, ...failed, ...users.flatMap((user) => userLines(user, paint))];
}

function userLines({ email, found, emails, error }: User, paint: Paint): string[] {
  const name = plainLine(email, LINE_WIDTH);
  if (error !== undefined) return [`  ${name}: ${reason(error, paint)}`];
  return [`  ${name}: ${plural(found, "email")}`, ...emails.map((each) => `    ${emailLine(each, paint)}`)];
}

function emailLine({ id, date = "", from = "", subject = "", error }: Email, paint: Paint): string {
  if (error !== undefined) return `${plainLine(id, FROM_WIDTH)}  ${reason(error, paint)}`;
  const day = plainLine(date.slice(0, 16).replace("T", " "), 16);
  return plainLine(`${day.padEnd(16)}  ${plainLine(from, FROM_WIDTH).padEnd(FROM_WIDTH)}  ${subject}`, LINE_WIDTH);
}

function reason({ code, message }: Reason, paint: Paint): string {
  return `${paint.bad(`error[${plainLine(code, LINE_WIDTH)}]`)}: ${plainLine(message, REASON_WIDTH)}`;
}

function cutLines({ users, emails }: GmailSearchResult["cut"]): string[] {
  if (users + emails === 0) return [];
  const what = [users > 0 ? plural(users, "user") : "", emails > 0 ? plural(emails, "email") : ""].filter(Boolean);
  return [`The lists leave out ${what.join(" and ")}: the result would have been too large. The sums have them.`];
}

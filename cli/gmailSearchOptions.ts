import { parseOptions } from "./options.ts";
import { UsageError } from "./usageError.ts";

/** What `tasker gmail-search` is asked to do: the input of the task. */
export interface GmailSearchRequest {
  readonly query: string;
  readonly maxResultsPerUser: number;
  readonly maxUsersPerDomain: number;
}

const OPTIONS = {
  query: { type: "string", short: "q", default: "in:inbox" },
  maxResultsPerUser: { type: "string", default: "3" },
  maxUsersPerDomain: { type: "string", default: "5" },
  json: { type: "boolean" },
} as const;

/** @throws UsageError */
export function parseGmailSearchOptions(args: readonly string[]): GmailSearchRequest {
  const { query, maxResultsPerUser, maxUsersPerDomain } = parseOptions("gmail-search", args, OPTIONS);
  if (query.trim() === "") throw new UsageError("--query is empty.", "For every message write: --query in:anywhere");
  return {
    query,
    maxResultsPerUser: count("maxResultsPerUser", maxResultsPerUser),
    maxUsersPerDomain: count("maxUsersPerDomain", maxUsersPerDomain),
  };
}

function count(option: string, text: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1) return value;
  throw new UsageError(
    `--${option} must be a whole number, 1 or more: it is "${text}".`,
    "`tasker gmail-search --help` shows examples.",
  );
}

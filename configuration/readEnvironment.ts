import { CODES, TaskerError, taskError } from "../protocol/errors.ts";
import { KEYS, type Key, type Values } from "./keys.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of the Temporal CLI and SDK that change how they connect, and that Tasker does not read. */
const NOT_READ =
  /^TEMPORAL_(?:PROFILE|CONFIG_FILE|TLS_DISABLE_HOST_VERIFICATION|CODEC_(?:ENDPOINT|AUTH)|GRPC_META_\w+)$/;

/** Names every value that is not acceptable, in one error. */
export function invalidConfiguration(problems: readonly string[]): TaskerError {
  return new TaskerError(taskError(CODES.invalidConfiguration, problems.join("\n")), { retryable: false });
}

/**
 * The value of every key. An empty variable counts as unset, as `${NAME:-}` in a compose file leaves it.
 * Throws `invalid_configuration`.
 */
export function readValues(environment: Environment): Values {
  const problems: string[] = [];
  const values = Object.entries(KEYS).map(([property, key]: [string, Key<unknown>]) => {
    const text = environment[key.name]?.trim() || key.default;
    if (text === undefined) return [property, undefined];
    const value = key.parse(text);
    if (value === undefined) {
      const shown = key.secret ? "its value" : JSON.stringify(text);
      problems.push(`${key.name}: ${shown} is not acceptable. It accepts ${key.accepts}.`);
    }
    return [property, value];
  });
  if (problems.length > 0) throw invalidConfiguration(problems);
  // Every property of KEYS has its parser's value: what the mapped type says.
  return Object.fromEntries(values) as Values;
}

/** One line for each variable that is set and changes nothing. */
export function unreadVariables(environment: Environment): string[] {
  const known = Object.values(KEYS).map((key) => key.name);
  return Object.keys(environment)
    .filter((name) => (name.startsWith("TASKER_") || NOT_READ.test(name)) && !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return `${name} is set, but Tasker does not read it.${near ? ` Did you mean ${near}?` : ""}`;
    });
}

/** The candidate that takes the fewest edits, unless more than a third of the name would have to change. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return ranked && ranked.distance <= name.length / 3 ? ranked.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

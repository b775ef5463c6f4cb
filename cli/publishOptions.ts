import { parseArguments } from "./options.ts";
import { UsageError } from "./usageError.ts";

/** What `tasker publish` is asked to do. */
export type PublishRequest =
  | { readonly mode: "all" | "list"; readonly directory: string; readonly json: boolean }
  | { readonly mode: "specific"; readonly directory: string; readonly task: string; readonly json: boolean };

/** Where tasks lie unless `--dir` says otherwise. */
export const TASKS_DIRECTORY = "tasks";

const OPTIONS = {
  dir: { type: "string", default: TASKS_DIRECTORY },
  all: { type: "boolean" },
  specific: { type: "string" },
  list: { type: "boolean", short: "l" },
  json: { type: "boolean" },
} as const;

const MODES = ["all", "specific", "list"] as const;
const HELP = "`tasker publish --help` shows examples.";

/** A word without an option is the name of a task, as with `--specific`. @throws UsageError */
export function parsePublishOptions(args: readonly string[]): PublishRequest {
  const { values, positionals } = parseArguments("publish", args, OPTIONS);
  const [name, second] = positionals;
  if (second !== undefined) throw new UsageError(`One task at a time, or --all: "${second}" is one too many.`, HELP);
  const given = name === undefined ? values : { ...values, specific: named(name, values.specific) };
  const [mode, other] = MODES.filter((each) => given[each] !== undefined);
  if (mode === undefined) throw new UsageError("Say what to publish: --all, --specific NAME or --list.", HELP);
  if (other !== undefined) throw new UsageError(`--${mode} and --${other} exclude each other.`, HELP);
  if (given.dir === "") throw new UsageError("--dir needs a folder.", HELP);

  const common = { directory: given.dir, json: given.json === true };
  if (mode !== "specific") return { mode, ...common };
  if (!given.specific) throw new UsageError("--specific needs a task's name.", HELP);
  return { mode, task: given.specific, ...common };
}

function named(name: string, specific: string | undefined): string {
  if (specific === undefined) return name;
  throw new UsageError(`--specific ${specific} and "${name}" exclude each other.`, HELP);
}

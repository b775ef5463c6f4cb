import { parseOptions } from "./options.ts";
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

/** @throws UsageError */
export function parsePublishOptions(args: readonly string[]): PublishRequest {
  const values = parseOptions("publish", args, OPTIONS);
  const [mode, other] = MODES.filter((name) => values[name] !== undefined);
  if (mode === undefined) throw new UsageError("Say what to publish: --all, --specific NAME or --list.", HELP);
  if (other !== undefined) throw new UsageError(`--${mode} and --${other} exclude each other.`, HELP);
  if (values.dir === "") throw new UsageError("--dir needs a folder.", HELP);

  const common = { directory: values.dir, json: values.json === true };
  if (mode !== "specific") return { mode, ...common };
  if (!values.specific) throw new UsageError("--specific needs a task's name.", HELP);
  return { mode, task: values.specific, ...common };
}

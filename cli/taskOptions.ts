import { parseOptions } from "./options.ts";
import { UsageError } from "./usageError.ts";

/** What `tasker task` is asked to do. */
export type TaskRequest = { readonly json: boolean } & (
  | { readonly mode: "list" }
  | { readonly mode: "run"; readonly task: string; readonly input: string | undefined; readonly poll: boolean }
  | { readonly mode: "status"; readonly taskRunId: string; readonly poll: boolean }
  | { readonly mode: "result"; readonly taskRunId: string; readonly poll: boolean }
  | { readonly mode: "cancel"; readonly taskRunId: string }
);

const OPTIONS = {
  list: { type: "boolean", short: "l" },
  task: { type: "string", short: "t" },
  input: { type: "string", short: "i" },
  poll: { type: "boolean", short: "p" },
  status: { type: "string" },
  result: { type: "string" },
  cancel: { type: "string" },
  json: { type: "boolean" },
} as const;

const MODES = ["list", "task", "status", "result", "cancel"] as const;

/** @throws UsageError */
export function parseTaskOptions(args: readonly string[]): TaskRequest {
  const values = parseOptions("task", args, OPTIONS);
  const json = values.json === true;
  const [mode, other] = MODES.filter((name) => values[name] !== undefined);
  if (mode === undefined) throw new UsageError("Say what to do: --list, --task, --status, --result or --cancel.", HELP);
  if (other !== undefined) throw new UsageError(`--${mode} and --${other} exclude each other.`, HELP);
  if (values.input !== undefined && mode !== "task") throw new UsageError("--input goes with --task only.", HELP);
  if (values.poll === true && (mode === "list" || mode === "cancel")) {
    throw new UsageError(`--poll does not go with --${mode}.`, HELP);
  }

  const poll = values.poll === true;
  switch (mode) {
    case "list":
      return { mode, json };
    case "task":
      return { mode: "run", json, poll, task: given("task", values.task), input: values.input };
    case "status":
    case "result":
      return { mode, json, poll, taskRunId: given(mode, values[mode]) };
    case "cancel":
      return { mode, json, taskRunId: given(mode, values.cancel) };
  }
}

const HELP = "`tasker task --help` shows examples.";

function given(option: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new UsageError(`--${option} needs a value.`, HELP);
}

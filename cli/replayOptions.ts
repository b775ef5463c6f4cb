import { parseArguments } from "./options.ts";
import { UsageError } from "./usageError.ts";

/** What `tasker replay` is asked to do. */
export interface ReplayRequest {
  readonly taskRunId: string;
  /** The step to stop after, from 1. */
  readonly to?: number;
  readonly fromSnapshot: boolean;
  readonly json: boolean;
}

const OPTIONS = {
  to: { type: "string" },
  "from-snapshot": { type: "boolean" },
  json: { type: "boolean" },
} as const;

const HELP = "`tasker replay --help` shows an example.";

/** @throws UsageError */
export function parseReplayOptions(args: readonly string[]): ReplayRequest {
  const { values, positionals } = parseArguments("replay", args, OPTIONS);
  const [taskRunId, ...others] = positionals;
  if (taskRunId === undefined || taskRunId === "") throw new UsageError("Say which run: tasker replay RUN.", HELP);
  if (others.length > 0) throw new UsageError("One run at a time.", HELP);
  return {
    taskRunId,
    ...(values.to === undefined ? {} : { to: stepNumber(values.to) }),
    fromSnapshot: values["from-snapshot"] === true,
    json: values.json === true,
  };
}

function stepNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= 1) return number;
  throw new UsageError("--to takes the number of a step, from 1.", HELP);
}

import { DEFAULT_NAMESPACE } from "../protocol/keystore.ts";
import { parseArguments } from "./options.ts";
import { createNearestName } from "../protocol/nearestName.ts";
import { UsageError } from "./usageError.ts";

/** Where `set` takes the value from. */
export type ValueSource =
  | { readonly from: "stdin" }
  | { readonly from: "argument"; readonly value: string }
  | { readonly from: "file"; readonly file: string };

/** What `tasker keystore` is asked to do. */
export type KeystoreCommand =
  | { readonly action: "set"; readonly namespace: string; readonly name: string; readonly source: ValueSource }
  | { readonly action: "get"; readonly namespace: string; readonly name: string }
  | { readonly action: "delete"; readonly namespace: string; readonly name: string }
  | { readonly action: "list"; readonly namespace: string }
  | { readonly action: "rotate" }
  | {
      readonly action: "audit";
      readonly namespace: string | undefined;
      readonly name: string | undefined;
      readonly limit: number;
    };

const OPTIONS = {
  namespace: { type: "string" },
  value: { type: "string" },
  file: { type: "string" },
  limit: { type: "string" },
  json: { type: "boolean" },
} as const;

type Option = Exclude<keyof typeof OPTIONS, "json">;

/** What each action takes beside `--json`. */
const ACTIONS = {
  set: { name: "needed", options: ["namespace", "value", "file"] },
  get: { name: "needed", options: ["namespace"] },
  delete: { name: "needed", options: ["namespace"] },
  list: { name: "none", options: ["namespace"] },
  rotate: { name: "none", options: [] },
  audit: { name: "optional", options: ["namespace", "limit"] },
} as const satisfies Record<string, { name: "needed" | "optional" | "none"; options: readonly Option[] }>;

type Action = keyof typeof ACTIONS;

const HELP = "`tasker keystore --help` shows examples.";
/** Lines of the audit unless `--limit` says otherwise; the store answers 1,000 at most. */
const AUDIT_LINES = 50;
const MOST_AUDIT_LINES = 1000;

/** @throws UsageError */
export function parseKeystoreOptions(args: readonly string[]): KeystoreCommand {
  const { values, positionals } = parseArguments("keystore", args, OPTIONS);
  const [word, name, stray] = positionals;
  const action = toAction(word);
  const takes = ACTIONS[action];
  if (stray !== undefined || (name !== undefined && takes.name === "none")) {
    // It is not repeated: it may be a value.
    const hint = action === "set" ? "The value comes by standard input, --file or --value." : HELP;
    throw new UsageError(`keystore ${action} takes ${takes.name === "none" ? "no name" : "one name"}.`, hint);
  }
  const given = (["namespace", "value", "file", "limit"] as const).filter((option) => values[option] !== undefined);
  const allowed: readonly Option[] = takes.options;
  const foreign = given.find((option) => !allowed.includes(option));
  if (foreign !== undefined) throw new UsageError(`keystore ${action} has no option --${foreign}.`, HELP);

  const namespace = values.namespace ?? DEFAULT_NAMESPACE;
  if (action === "rotate") return { action };
  if (action === "list") return { action, namespace };
  if (action === "audit") return { action, namespace: values.namespace, name, limit: toLimit(values.limit) };
  if (name === undefined) throw new UsageError(`Say which secret: keystore ${action} NAME.`, HELP);
  return action === "set" ? { action, namespace, name, source: toSource(values) } : { action, namespace, name };
}

function toAction(word: string | undefined): Action {
  const known = Object.keys(ACTIONS) as Action[];
  if (word === undefined) throw new UsageError(`Say what to do: ${known.join(", ")}.`, HELP);
  const action = known.find((each) => each === word);
  if (action !== undefined) return action;
  const near = createNearestName(known)(word);
  throw new UsageError(
    `keystore cannot do "${word}".${near === undefined ? "" : ` Did you mean ${near}?`}`,
    `It knows ${known.join(", ")}.`,
  );
}

function toSource({ value, file }: { value?: string | undefined; file?: string | undefined }): ValueSource {
  if (value !== undefined && file !== undefined) throw new UsageError("--value and --file exclude each other.", HELP);
  if (value !== undefined) return { from: "argument", value };
  return file === undefined ? { from: "stdin" } : { from: "file", file };
}

function toLimit(text: string | undefined): number {
  const limit = Number(text ?? AUDIT_LINES);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_AUDIT_LINES) return limit;
  throw new UsageError(`--limit is a whole number from 1 to ${MOST_AUDIT_LINES}.`, HELP);
}

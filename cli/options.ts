import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { createNearestName } from "../protocol/nearestName.ts";
import { UsageError } from "./usageError.ts";

/** Parses a command's options; whatever is wrong is a `UsageError` that names the argument and the nearest right one. */
export function parseOptions<const O extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
) {
  return parse(command, args, options, false).values;
}

/** The same for a command that takes words besides: they are `positionals`, in their order. */
export function parseArguments<const O extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
) {
  return parse(command, args, options, true);
}

function parse<const O extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
  allowPositionals: boolean,
) {
  const help = `\`tasker ${command} --help\` lists the options.`;
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals });
  } catch (error) {
    throw new UsageError(explain(error, Object.keys(options)), help);
  }
}

function explain(error: unknown, names: readonly string[]): string {
  const message = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
  const unknown = /^Unknown option '(-{1,2})([^']+)'/.exec(message);
  if (unknown?.[2] !== undefined) {
    const near = createNearestName([...names])(unknown[2]);
    return `There is no option ${unknown[1] ?? ""}${unknown[2]}.${near === undefined ? "" : ` Did you mean --${near}?`}`;
  }
  const stray = /^Unexpected argument '([^]*?)'\. /.exec(message);
  if (stray?.[1] !== undefined) return `"${stray[1]}" belongs to no option. (Quote JSON for the shell.)`;
  const dashed = /^Option '(-[\w-]+)[^']*' argument is ambiguous/.exec(message);
  if (dashed?.[1] !== undefined)
    return `What follows ${dashed[1]} begins with a dash: write the option in full and =, as --option=-VALUE.`;
  return message;
}

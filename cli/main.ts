import type { Command } from "./command.ts";
import { errorReport } from "./errorReport.ts";
import { errorText } from "./errorText.ts";
import { EXIT, exitCodeOf, type ExitCode } from "./exitCodes.ts";
import { COMMANDS, HELP, type CommandName } from "./help.ts";
import { knownError } from "./knownError.ts";
import { processOutput, type Output } from "./output.ts";
import { createNearestName } from "../protocol/nearestName.ts";
import { UsageError } from "./usageError.ts";

/** Loaded when named: help and usage errors answer before anything heavy is read. */
const LOADERS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  start: async () => (await import("./commands/start.ts")).startCommand,
  publish: async () => (await import("./commands/publish.ts")).publishCommand,
  task: async () => (await import("./commands/task.ts")).taskCommand,
  replay: async () => (await import("./commands/replay.ts")).replayCommand,
  prune: async () => (await import("./commands/prune.ts")).pruneCommand,
  demo: async () => (await import("./commands/demo.ts")).demoCommand,
  "gmail-search": async () => (await import("./commands/gmailSearch.ts")).gmailSearchCommand,
  gapi: async () => (await import("./commands/gapi.ts")).gapiCommand,
  "gapi-test": async () => (await import("./commands/gapiTest.ts")).gapiTestCommand,
  ephemeral: async () => (await import("./commands/ephemeral.ts")).ephemeralCommand,
  workspace: async () => (await import("./commands/workspace.ts")).workspaceCommand,
  keystore: async () => (await import("./commands/keystore.ts")).keystoreCommand,
  codec: async () => (await import("./commands/codec.ts")).codecCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  "search-attributes": async () => (await import("./commands/searchAttributes.ts")).searchAttributesCommand,
};

const LINGER_MS = 3_000;

/** Runs one command line and sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  // Asked for before the options are parsed, so that an error in them is a JSON object, too.
  const output = processOutput(args.includes("--json"));
  process.exitCode = await runCommandLine(args, output);
  // Everything is closed by now. Should a handle be left over, the command ends all the same.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

async function runCommandLine(args: readonly string[], output: Output): Promise<ExitCode> {
  try {
    const [name, ...rest] = args;
    if (name === "--help" || name === "-h" || name === "help") return showHelp(HELP.tasker, output);
    if (name === "--version" || name === "-v") return showHelp(await packageVersion(), output);
    const command = toCommand(name);
    if (rest.includes("--help") || rest.includes("-h")) return showHelp(HELP[command], output);
    return await (await LOADERS[command]()).run(rest, output);
  } catch (thrown) {
    const error = await knownError(thrown);
    if (output.json) output.answer(errorReport(error));
    output.warn(errorText(error, output.paint));
    return exitCodeOf(error);
  }
}

function toCommand(name: string | undefined): CommandName {
  const all = "`tasker --help` lists the commands.";
  if (name === undefined) throw new UsageError("Say what to do.", all);
  const command = COMMANDS.find((known) => known === name);
  if (command !== undefined) return command;
  const near = createNearestName(COMMANDS)(name);
  throw new UsageError(`There is no command "${name}".${near === undefined ? "" : ` Did you mean ${near}?`}`, all);
}

function showHelp(text: string, output: Output): ExitCode {
  output.print(text);
  return EXIT.ok;
}

async function packageVersion(): Promise<string> {
  const { default: manifest } = (await import("../package.json", { with: { type: "json" } })) as {
    default: { version: string };
  };
  return manifest.version;
}

import path from "node:path";
import type { Json } from "../../protocol/json.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { gapiOf } from "../directGapi.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import { withDirectGoogleOrStandIn, withGoogleOrStandIn } from "../google.ts";
import { parseArguments } from "../options.ts";
import type { Output } from "../output.ts";
import { plain } from "../../protocol/plain.ts";
import { createNearestName } from "../../protocol/nearestName.ts";
import { UsageError } from "../usageError.ts";
import { showPublication } from "./publish.ts";
import { followToEnd } from "./runTask.ts";

/** The task behind the command, and the folder that it is published from, wherever the command is typed. */
const GAPI_TEST = "gapi-test";
const TASKS = path.join(import.meta.dirname, "../../tasks");

const MODES = ["echo", "customer", "info"] as const;
type Mode = (typeof MODES)[number];

/** `tasker gapi-test MODE`: a first test of what is set up, through a workflow; with `--direct` the same function without one. */
export const gapiTestCommand: Command = {
  run(args, output) {
    const { values, positionals } = parseArguments("gapi-test", args, {
      direct: { type: "boolean" },
      json: { type: "boolean" },
    });
    const mode = parseMode(positionals);
    if (values.direct === true) return testDirectly(mode, output);
    return withGoogleOrStandIn(output, (context) => testByWorkflow(mode, context, output));
  },
};

function parseMode([name = "echo", stray]: readonly string[]): Mode {
  const all = "`tasker gapi-test --help` tells what each does.";
  if (stray !== undefined) throw new UsageError(`One test at a time: "${stray}" is one too many.`, all);
  const mode = MODES.find((known) => known === name);
  if (mode !== undefined) return mode;
  const near = createNearestName(MODES)(name);
  const meant = near === undefined ? `It is one of ${MODES.join(", ")}.` : `Did you mean ${near}?`;
  throw new UsageError(`There is no test "${name}". ${meant}`, all);
}

async function testByWorkflow(mode: Mode, context: Context, output: Output): Promise<ExitCode> {
  await context.stack();
  const { publishFolder } = await import("../../publishing/publishFolder.ts");
  const { openLoader } = await import("../openLoader.ts");
  const publication = await publishFolder(TASKS, (await context.store()).versions, openLoader, [GAPI_TEST]);
  const [published] = publication.tasks;
  if (published === undefined || publication.problems.length > 0) {
    showPublication(TASKS, publication, output);
    return EXIT.failed;
  }
  const tasker = await context.tasker();
  const { taskRunId } = await tasker.start(GAPI_TEST, { mode }, { version: published.version.version });
  output.say(`Started ${taskRunId}: ${GAPI_TEST} ${mode}`);
  return followToEnd(taskRunId, true, context, output);
}

type TestFunction = (input: { mode: Mode }, context: { tools: { gapi: unknown } }) => Promise<Json>;

/** Runs the task's own function on this process's `tools.gapi`. */
async function testDirectly(mode: Mode, output: Output): Promise<ExitCode> {
  const file = new URL("../../tasks/gapi-test.js", import.meta.url).href;
  const { default: gapiTest } = (await import(file)) as { default: TestFunction };
  return withDirectGoogleOrStandIn(output, async (call) => {
    const answer = await gapiTest({ mode }, { tools: { gapi: gapiOf(call) } });
    if (output.json) output.answer(answer);
    else output.say(plain(JSON.stringify(answer, undefined, 2)));
    return EXIT.ok;
  });
}

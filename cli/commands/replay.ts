import type { RunRecord } from "../../protocol/run.ts";
import type { Json } from "../../protocol/json.ts";
import { plain } from "../../protocol/plain.ts";
import type { Standing } from "../../replay/standing.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { parseReplayOptions, type ReplayRequest } from "../replayOptions.ts";
import { withContext } from "../withContext.ts";

/** `tasker replay RUN`: makes a run's VM again from the store, and prints where it stands. */
export const replayCommand: Command = {
  run(args, output) {
    const request = parseReplayOptions(args);
    return withContext(output, (context) => replayRun(request, context, output));
  },
};

async function replayRun(request: ReplayRequest, context: Context, output: Output): Promise<ExitCode> {
  const { taskRunId, to, fromSnapshot } = request;
  const [{ openReplayer }, { standingText }, { unknownRun }] = await Promise.all([
    import("../openReplayer.ts"),
    import("../render/standing.ts"),
    import("../../client/errors.ts"),
  ]);
  const [store, keyring] = await Promise.all([context.store(), context.keyring()]);
  const { runs } = store;
  const first = await runs.get(taskRunId);
  if (first === undefined) throw unknownRun(taskRunId);
  // An end that is not confirmed may be that of a step whose answer was lost.
  if (first.confirmed !== true) await writeDown(taskRunId, context, output);
  const record = (await runs.get(taskRunId, first.firstRunId)) ?? first;
  const replayer = await openReplayer({ store, keyring, configuration: context.configuration });
  try {
    const standing = await replayer.replay(record, { fromSnapshot, ...(to === undefined ? {} : { to }) });
    if (output.json) output.answer(report(record, standing));
    else output.say(standingText(record, standing, output.paint));
    return EXIT.ok;
  } finally {
    await replayer.close();
  }
}

/** The newest steps of an open run are in its workflow. Without them the journal goes less far, and is no less true. */
async function writeDown(taskRunId: string, context: Context, output: Output): Promise<void> {
  try {
    const tasker = await context.taskerIfRunning();
    if (tasker !== undefined) return await tasker.writeDown(taskRunId);
    output.warn(
      "note: the run is open and no Temporal server runs here: its newest steps may not be in the database yet.",
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    output.warn(`note: the run is open, and its newest steps may not be in the database yet: ${plain(why)}`);
  }
}

function report(
  { taskRunId, task, version, engine, status }: RunRecord,
  { now, result, error, ...standing }: Standing,
) {
  return {
    ...{ taskRunId, task, version, engine, status, ...standing },
    time: now === undefined ? null : new Date(now).toISOString(),
    result: result === undefined ? null : parsed(result),
    error: error ?? null,
  };
}

/** A result in which everything counts as secret is hidden as a whole, and no JSON. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

import type { Pruned, PruneOptions } from "../../client/prune.ts";
import { plain } from "../../protocol/plain.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exitCodes.ts";
import type { Output } from "../output.ts";
import { parsePruneOptions } from "../pruneOptions.ts";
import { prunedText } from "../render/pruned.ts";
import { withContext } from "../withContext.ts";

/** `tasker prune --older-than AGE`: removes the records of runs that ended long ago. */
export const pruneCommand: Command = {
  run(args, output) {
    const { olderThan, keep, dryRun, json } = parsePruneOptions(args);
    return withContext(output, async (context) => {
      const pruned = await prune({ endedBefore: Date.now() - olderThan, keep, dryRun }, context, output);
      if (json) output.answer({ dryRun, ...pruned });
      else output.say(prunedText(pruned, dryRun));
      return EXIT.ok;
    });
  },
};

async function prune(options: PruneOptions, context: Context, output: Output): Promise<Pruned> {
  const store = await context.store();
  const tasker = await context.taskerIfRunning().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    output.warn(`note: Temporal cannot be asked: ${plain(why)}`);
    return undefined;
  });
  if (tasker !== undefined) return tasker.prune(options);
  const { pruneRuns } = await import("../../client/prune.ts");
  return pruneRuns({ store }, options);
}

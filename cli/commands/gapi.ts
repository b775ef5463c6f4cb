import type { Json } from "../../protocol/json.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exitCodes.ts";
import { withDirectGoogleOrStandIn } from "../google.ts";
import { parseArguments } from "../options.ts";
import { readInput } from "../readInput.ts";
import { plain } from "../../protocol/plain.ts";
import { UsageError } from "../usageError.ts";

const OPTIONS = {
  subject: { type: "string" },
  scope: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** `tasker gapi PATH [JSON]`: one call of `tools.gapi` from the shell, without a workflow. */
export const gapiCommand: Command = {
  async run(args, output) {
    const { values, positionals } = parseArguments("gapi", args, OPTIONS);
    const [name, text, stray] = positionals;
    if (name === undefined) {
      throw new UsageError("Say which method: tasker gapi drive.files.list.", "`tasker gapi --help` shows examples.");
    }
    if (stray !== undefined) throw new UsageError(`"${stray}" is one too many. (Quote JSON for the shell.)`);
    const path = name.replace(/^(tools\.)?gapi\./, "").split(".");
    const first = await readInput(text, process.stdin, "The second argument");
    return withDirectGoogleOrStandIn(output, async (call) => {
      const answer = await call(path, [first, ...optionsOf(values)]);
      if (output.json) output.answer(answer);
      else output.say(plain(JSON.stringify(answer, undefined, 2)));
      return EXIT.ok;
    });
  },
};

function optionsOf({ subject, scope }: { subject?: string | undefined; scope?: string[] | undefined }): Json[] {
  if (subject === undefined && scope === undefined) return [];
  return [{ ...(subject === undefined ? {} : { subject }), ...(scope === undefined ? {} : { scopes: scope }) }];
}

import { describeConfiguration } from "../../configuration.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exitCodes.ts";
import { parseOptions } from "../options.ts";
import { plain } from "../../protocol/plain.ts";
import { withContext } from "../withContext.ts";

/** `tasker doctor`: what is configured, and whether it answers. Starts nothing, and goes on after a check that fails. */
export const doctorCommand: Command = {
  run(args, output) {
    parseOptions("doctor", args, { json: { type: "boolean" } });
    // Printed first and without a context: it is what helps when the configuration itself is at fault.
    const configuration = describeConfiguration();
    if (!output.json) output.say(`Configuration\n${configuration.replaceAll(/^/gm, "  ")}\n`);
    return withContext(output, async (context) => {
      const { CHECKS } = await import("../checks.ts");
      const results = [];
      for (const each of CHECKS) {
        const result = await each.check(context).catch((error: unknown) => ({ ok: false, detail: messageOf(error) }));
        results.push({ name: each.name, ...result });
        const mark = result.ok ? output.paint.good("ok  ") : output.paint.bad("FAIL");
        if (!output.json) output.say(`${mark} ${each.name}: ${plain(result.detail).replaceAll("\n", "\n     ")}`);
      }
      if (output.json) output.answer({ configuration: configuration.split("\n"), checks: results });
      return results.every(({ ok }) => ok) ? EXIT.ok : EXIT.unreachable;
    });
  },
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

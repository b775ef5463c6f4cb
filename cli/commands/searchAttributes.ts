import { connectionOptions } from "../../configuration.ts";
import { SEARCH_ATTRIBUTES } from "../../protocol/names.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exitCodes.ts";
import { parseOptions } from "../options.ts";
import { UsageError } from "../usageError.ts";
import { withContext } from "../withContext.ts";

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** `tasker search-attributes`: registers what runs carry on the server of TEMPORAL_ADDRESS. Doing it again changes nothing. */
export const searchAttributesCommand: Command = {
  run(args, output) {
    parseOptions("search-attributes", args, {});
    return withContext(output, async ({ configuration }) => {
      const { temporalAddress: address, temporalNamespace: namespace } = configuration;
      if (address === undefined) {
        throw new UsageError(
          "TEMPORAL_ADDRESS is not set: this command is for a Temporal server of your own.",
          "The server that `tasker start` starts has the search attributes.",
        );
      }
      output.say(`Asking ${address}, namespace ${namespace} …`);
      const [{ connect }, { asking }, { missingSearchAttributes }] = await Promise.all([
        import("../../client/connect.ts"),
        import("../../client/errors.ts"),
        import("../../client/searchAttributes.ts"),
      ]);
      const connection = await connect(connectionOptions(configuration));
      try {
        await asking("register search attributes", async () => {
          const missing = await missingSearchAttributes(connection, namespace);
          const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
          if (missing.length > 0) await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
          output.say(
            missing.length > 0 ? `Registered ${missing.join(", ")}.` : `${SEARCH_ATTRIBUTES.join(", ")} are there.`,
          );
        });
      } finally {
        await connection.close();
      }
      return EXIT.ok;
    });
  },
};

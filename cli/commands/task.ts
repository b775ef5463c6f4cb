import type { Command } from "../command.ts";
import { parseTaskOptions } from "../taskOptions.ts";
import { withContext } from "../withContext.ts";
import { cancelRun } from "./cancelRun.ts";
import { listTasks } from "./listTasks.ts";
import { inputOf, runTask } from "./runTask.ts";
import { showRun } from "./showRun.ts";

/** `tasker task`: runs tasks and looks after runs. */
export const taskCommand: Command = {
  async run(args, output) {
    const request = parseTaskOptions(args);
    switch (request.mode) {
      case "list":
        return withContext(output, (context) => listTasks(context, output));
      case "run": {
        const input = await inputOf(request);
        output.say(`Running ${request.task} …`);
        return withContext(output, (context) => runTask(request, input, context, output));
      }
      case "status":
      case "result":
        output.say(`Looking for ${request.taskRunId} …`);
        return withContext(output, (context) => showRun(request, context, output));
      case "cancel":
        output.say(`Cancelling ${request.taskRunId} …`);
        return withContext(output, (context) => cancelRun(request.taskRunId, context, output));
    }
  },
};

import { readConfiguration } from "../../configuration.ts";
import { ACTIVITIES } from "../../protocol/names.ts";
import type { AdvanceRequest } from "../../protocol/activities.ts";
import { startWorker } from "../../worker.ts";

/**
 * A worker whose steps can be held: it asks the test's control server before and after each one, at
 * `/hook/before-step` and `/hook/after-step`, and goes on when that answers.
 */
const control = process.env["TEST_CONTROL_URL"];
const hooked = process.env["TEST_HOOKS"] === "on";

async function hook(point: string): Promise<void> {
  if (hooked && control !== undefined) await fetch(`${control}/hook/${point}`);
}

const worker = await startWorker(readConfiguration(), {
  decorate: (activities) => ({
    ...activities,
    [ACTIVITIES.advance]: async (request: AdvanceRequest) => {
      await hook("before-step");
      const answer = await activities[ACTIVITIES.advance](request);
      await hook("after-step");
      return answer;
    },
  }),
});
// The test that started this process may die: a worker must not outlive it.
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
await worker.ended;

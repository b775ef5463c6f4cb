import { sleep, type WorkflowInterceptors } from "@temporalio/workflow";

/** The same change without `patched`. */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      async execute(input, next) {
        await sleep(1);
        return next(input);
      },
    },
  ],
});

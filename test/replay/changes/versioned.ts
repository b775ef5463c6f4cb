import { patched, sleep, type WorkflowInterceptors } from "@temporalio/workflow";

/** A change of order, by the name that its histories have: runs that began before it keep the old order. */
export const CHANGE = "waits-first";

export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      async execute(input, next) {
        if (patched(CHANGE)) await sleep(1);
        return next(input);
      },
    },
  ],
});

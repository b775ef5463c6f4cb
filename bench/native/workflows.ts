import { proxyActivities } from "@temporalio/workflow";

/** The hand-written twins of the measured tasks: the same activity, and nothing between it and the workflow. */
const activities = proxyActivities<Record<"bench.touch", (n: number) => Promise<number>>>({
  startToCloseTimeout: 60_000,
});
const touch = activities["bench.touch"];

export async function sequential({ calls }: { calls: number }): Promise<number> {
  let last = 0;
  for (let call = 0; call < calls; call++) last = await touch(call);
  return last;
}

export async function fanOut({ calls }: { calls: number }): Promise<number> {
  const answers = await Promise.all(Array.from({ length: calls }, (_, call) => touch(call)));
  return answers.length;
}

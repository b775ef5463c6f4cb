import { proxyActivities, sleep } from "@temporalio/workflow";

/** The hand-written twins of the measured tasks: the same activity, and nothing between it and the workflow. */
const activities = proxyActivities<Record<"bench.touch" | "bench.look", (n: number) => Promise<number>>>({
  startToCloseTimeout: 60_000,
});
const touch = activities["bench.touch"];
const look = activities["bench.look"];

export async function sequential({ calls }: { calls: number }): Promise<number> {
  let last = 0;
  for (let call = 0; call < calls; call++) last = await touch(call);
  return last;
}

/** A call that reads is an activity here too: a hand-written workflow has one way to make calls. */
export async function reads({ calls }: { calls: number }): Promise<number> {
  let last = 0;
  for (let call = 0; call < calls; call++) last = await look(call);
  return last;
}

export async function fanOut({ calls }: { calls: number }): Promise<number> {
  const answers = await Promise.all(Array.from({ length: calls }, (_, call) => touch(call)));
  return answers.length;
}

// eslint-disable-next-line @typescript-eslint/require-await -- Temporal's workflows are async functions
export async function empty(): Promise<number> {
  return 0;
}

export async function nap({ ms }: { ms: number }): Promise<number> {
  await touch(1);
  await sleep(ms);
  return touch(2);
}

import { sleep } from "@temporalio/workflow";

export async function forever(): Promise<void> {
  await sleep(1);
  for (;;);
}

/** Never gives the thread back either, between two microtasks. */
export async function foreverInMicrotasks(): Promise<void> {
  for (;;) await Promise.resolve();
}

export async function steady({ naps }: { naps: number }): Promise<number> {
  let nap = 0;
  while (nap < naps) {
    await sleep(50);
    nap++;
  }
  return nap;
}

import { setTimeout as sleep } from "node:timers/promises";

/** Waits until a condition holds; one that never does ends with the test runner's own time limit. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

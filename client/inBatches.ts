/** Requests to Temporal at the same time. */
const CONCURRENCY = 10;

/** Asks for each item, ten at a time, and returns the answers in their order. */
export async function inBatches<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < items.length; at += CONCURRENCY) {
    answers.push(...(await Promise.all(items.slice(at, at + CONCURRENCY).map(ask))));
  }
  return answers;
}

/**
 * `work` on every item, at most `limit` at once; the results are in the items' order.
 * The first one that throws ends it, as with Promise.all.
 */
export async function inParallel(items, limit, work) {
  const results = new Array(items.length);
  let next = 0;
  async function lane() {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index], index);
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

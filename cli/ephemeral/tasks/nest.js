/**
 * @task ephemeral-nest
 * @description Starts itself one level deeper until the depth is used up; the innermost run sleeps, then answers or fails.
 * @param {object} input
 * @param {integer} input.depth
 * @param {integer} input.sleepMs
 * @param {boolean} [input.fail=false]
 */
export default async function nest({ depth, sleepMs, fail = false }, { tools, taskRunId }) {
  if (depth > 1) {
    const below = await tools.tasks.execute("ephemeral-nest", { depth: depth - 1, sleepMs, fail });
    return [...below, taskRunId];
  }
  await tools.sleep(sleepMs);
  if (fail) throw new RangeError("the innermost run had enough");
  return [taskRunId];
}

/**
 * @task nested-calls-test
 * @description Calls itself until `depth` is used up; each level tells how long those below it took.
 * @param {object} [input]
 * @param {integer} [input.depth=3] - Levels below this one.
 * @param {integer} [input.level=1] - This run's own level; callers leave it out.
 * @returns {Promise<object>} The levels, outermost first.
 */
export default async function nestedCallsTest(input) {
  const { depth = 3, level = 1 } = input ?? {};
  const startedAt = Date.now();
  if (depth <= 0) return { level, depth, ms: 0, levels: [{ level, ms: 0 }] };

  const below = await tools.tasks.execute("nested-calls-test", { depth: depth - 1, level: level + 1 });
  const ms = Date.now() - startedAt;
  return { level, depth, ms, levels: [{ level, ms }, ...below.levels] };
}

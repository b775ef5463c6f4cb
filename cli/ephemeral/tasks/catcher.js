/**
 * @task ephemeral-catcher
 * @description Runs a nested task that fails, and answers what it caught.
 */
export default async function catcher(input, { tools }) {
  try {
    return { answered: await tools.tasks.execute("ephemeral-nest", { depth: 2, sleepMs: 1, fail: true }) };
  } catch (error) {
    return { caught: { code: error.code, message: error.message } };
  }
}

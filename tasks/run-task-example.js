/**
 * A task in the form of a named `runTask`: it gets the tools instead of the context.
 *
 * @task run-task-example
 * @param {object} [input]
 * @param {string} [input.name=world]
 * @tools log, sleep
 */
export async function runTask(input, tools) {
  const name = input?.name ?? "world";
  await tools.log(`greeting ${name}`);
  await tools.sleep(10);
  return { greeting: `Hello, ${name}!` };
}

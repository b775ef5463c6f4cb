/**
 * @task promise-handling-example
 * @description Promises as they are used everywhere, with calls that outlive the worker behind them.
 * @param {object} [input]
 * @param {integer} [input.pauseMs=50] - The unit of waiting, in milliseconds.
 * @returns {Promise<object>} What each pattern gave.
 */
module.exports = async function execute(input, { tools }) {
  const pauseMs = input?.pauseMs ?? 50;
  const echo = async (message) => (await tools.tasks.execute("echo", { message })).message;
  const after = async (ms, value) => {
    await tools.sleep(ms);
    return value;
  };

  const sequential = [];
  for (const message of ["one", "two", "three"]) sequential.push(await echo(message));

  const parallel = await Promise.all(["a", "b", "c"].map(echo));

  const race = await Promise.race([after(pauseMs, "quick"), after(pauseMs * 20, "slow")]);

  const any = await Promise.any([Promise.reject(new Error("first")), after(pauseMs, "second")]);

  const settled = await Promise.allSettled([echo("fine"), tools.tasks.execute("no-such-task", {}), tools.sleep(NaN)]);

  let caught;
  try {
    await tools.tasks.execute("no-such-task", {});
  } catch (error) {
    caught = error.code;
  }

  const timer = await new Promise((resolve) => setTimeout(resolve, pauseMs, "setTimeout"));

  return {
    sequential,
    parallel,
    race,
    any,
    settled: settled.map(({ status, value, reason }) => ({ status, value, code: reason?.code })),
    caught,
    timer,
  };
};

/**
 * @task echo
 * @description Answers with its input.
 * @param {*} input - Anything that JSON can hold.
 * @returns {Promise<*>} The same.
 */
module.exports = async function execute(input, context) {
  await context.tools.log("echo");
  return input;
};

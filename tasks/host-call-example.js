/**
 * @task host-call-example
 * @description Uses tools by their paths as lists, for code that puts its calls together.
 * @param {object} [input]
 * @param {Array<string>} [input.messages=["one", "two"]]
 */
module.exports = async function execute(input) {
  const messages = input?.messages ?? ["one", "two"];
  await __callHostTool__("log", [], [`echoing ${messages.length} messages`]);
  const answers = [];
  for (const message of messages) {
    const echo = await __callHostTool__("tasks", ["execute"], ["echo", { message }]);
    answers.push(echo.message);
  }
  return { answers };
};

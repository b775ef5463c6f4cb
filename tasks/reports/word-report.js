/**
 * @task reports/word-report
 * @description The most frequent words of a text; shows a module that is loaded through the context.
 * @param {object} input
 * @param {string} input.text
 * @param {integer} [input.top=5] - How many words.
 * @returns {Promise<object>}
 */
module.exports = async function execute(input, context) {
  const { words, frequencies } = context.tasks.require("../shared/text-helper");
  const top = frequencies(input.text).slice(0, input.top ?? 5);
  return { words: words(input.text).length, top: top.map(([word, count]) => ({ word, count })) };
};

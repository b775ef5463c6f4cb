/**
 * @task long-haul
 * @description Works and rests by turns, some five seconds with its defaults. Stop its worker meanwhile: it goes on.
 * @param {object} [input]
 * @param {integer} [input.rounds=20]
 * @param {integer} [input.pauseMs=200] - Rest after each round, in milliseconds.
 * @param {integer} [input.width=3] - Calls in parallel in each round.
 * @returns {Promise<object>} A checksum that says whether a call was lost or came twice.
 */
module.exports = async function execute(input, context) {
  const { rounds = 20, pauseMs = 200, width = 3 } = input ?? {};
  const { tools } = context;
  const startedAt = Date.now();
  let calls = 0;
  let checksum = 0;

  for (let round = 1; round <= rounds; round++) {
    const lanes = Array.from({ length: width }, async (_, lane) => {
      await tools.sleep(1 + lane);
      return round * (lane + 1);
    });
    for (const value of await Promise.all(lanes)) {
      calls += 1;
      checksum = (checksum * 31 + value) % 1_000_000_007;
    }
    await tools.sleep(pauseMs);
    if (round % 5 === 0) await tools.log(`round ${round} of ${rounds}`);
  }
  return { rounds, calls, checksum, ms: Date.now() - startedAt };
};

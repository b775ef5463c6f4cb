/**
 * @task ephemeral-sleeper
 * @description Fills its memory, runs another task five times, says what it holds, and sleeps.
 * @param {object} input
 * @param {integer} input.sleepMs
 */
export default async function sleeper({ sleepMs }, { tools }) {
  const words = new Map(Array.from({ length: 1_000 }, (_, index) => [`word ${index}`, { index, half: index / 2 }]));
  const dice = Math.random();
  let awaits = 0;
  const counted = async (call) => {
    await call;
    awaits += 1;
  };
  const held = () => ({ dice, awaits, words: words.size, last: words.get("word 999").half });

  for (let run = 0; run < 5; run++) await counted(tools.tasks.execute("ephemeral-nest", { depth: 1, sleepMs: 0 }));
  await tools.log(JSON.stringify(held()));
  await counted(tools.sleep(sleepMs));
  return held();
}

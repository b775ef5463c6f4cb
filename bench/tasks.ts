/** The measured tasks; `bench/native/workflows.ts` has their twins. */
export const TASKS = {
  "sequential.js": `module.exports = async function sequential({ calls }, { tools }) {
    let last = 0;
    for (let call = 0; call < calls; call++) last = await tools.bench.touch(call);
    return last;
  };`,
  "reads.js": `module.exports = async function reads({ calls }, { tools }) {
    let last = 0;
    for (let call = 0; call < calls; call++) last = await tools.bench.look(call);
    return last;
  };`,
  "fanOut.js": `module.exports = async function fanOut({ calls }, { tools }) {
    const answers = await Promise.all(Array.from({ length: calls }, (_, call) => tools.bench.touch(call)));
    return answers.length;
  };`,
  "empty.js": `module.exports = async function empty() {
    return 0;
  };`,
  "nap.js": `module.exports = async function nap({ ms }, { tools }) {
    await tools.bench.touch(1);
    await tools.sleep(ms);
    return tools.bench.touch(2);
  };`,
  "sleeper.js": `module.exports = async function sleeper(input, { tools }) {
    await tools.sleep("30 days");
  };`,
};

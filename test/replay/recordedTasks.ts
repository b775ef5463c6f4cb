/** The tasks whose runs are recorded, by file. `url` is the control server's; it holds and answers requests as record.ts says. */
export const RECORDED_TASKS = {
  "sequential.js": `module.exports = async function sequential({ url, calls }, { tools }) {
    let sum = 0;
    for (let i = 0; i < calls; i++) { tools.log("call", i); sum += JSON.parse((await tools.http.fetch(url + "/?i=" + i)).body).i * 1; }
    return sum;
  };`,
  "quick-reads.js": `module.exports = async function quickReads({ url }, { tools }) {
    const read = (path) => tools.http.fetch(url + path, { timeoutMs: 500 });
    for (let i = 0; i < 3; i++) await read("/?i=" + i);
    await tools.http.fetch(url + "/effect", { method: "POST", body: "{}" });
    return (await read("/?i=last")).json.i;
  };`,
  "parallel.js": `module.exports = async function parallel({ url }, { tools }) {
    const fetch = (path) => tools.http.fetch(url + path);
    const all = await Promise.all(Array.from({ length: 4 }, (_, i) => fetch("/?i=" + i)));
    const settled = await Promise.allSettled([fetch("/"), tools.no.such(), tools.sleep(NaN), tools.tasks.execute("no-such-task"), tools.http.fetch("ftp://nowhere")]);
    fetch("/unawaited");
    return [all.length, settled.map(({ reason }) => reason?.code)];
  };`,
  "timers.js": `module.exports = async function timers({ url }, { tools }) {
    const never = setTimeout(() => {}, 60000);
    const order = [];
    setTimeout(() => order.push("late"), 400);
    await Promise.race([tools.sleep("1 hour"), tools.sleep(100).then(() => order.push("early"))]);
    clearTimeout(never);
    await tools.sleep(600);
    await tools.http.fetch(url + "/");
    return order;
  };`,
  "parent.js": `module.exports = async function parent({ url }, { tools }) {
    const [child, failing] = await Promise.allSettled([
      tools.tasks.execute("sequential", { url, calls: 1 }),
      tools.tasks.execute("failing", { url }),
    ]);
    return [child.value, failing.reason.code, failing.reason.message];
  };`,
  "failing.js": `module.exports = async function failing({ url }, { tools }) {
    await tools.http.fetch(url + "/");
    throw new TypeError("it broke");
  };`,
  "waiting.js": `module.exports = async function waiting({ url }, { tools }) {
    await Promise.all([tools.http.fetch(url + "/held"), tools.tasks.execute("sleeping", { url }), tools.sleep("1 hour")]);
  };`,
  "sleeping.js": `module.exports = async function sleeping({ url }, { tools }) {
    await tools.http.fetch(url + "/sleeping");
    await tools.sleep("1 hour");
  };`,
  "large.js": `module.exports = async function large({ url, text }, { tools }) {
    const { body } = await tools.http.fetch(url + "/large", { method: "POST", body: text });
    return body + text.length;
  };`,
  "continued.js": `module.exports = async function continued({ url }, { tools }) {
    const child = tools.tasks.execute("gated", { url });
    const timer = new Promise((resolve) => setTimeout(resolve, 2000, "timer"));
    // The gate opens when the run has continued as new.
    for (let i = 0; i < 16; i++) await tools.http.fetch(url + (i === 15 ? "/open-gate" : "/"));
    return [await timer, await child];
  };`,
  "gated.js": `module.exports = async function gated({ url }, { tools }) {
    await tools.http.fetch(url + "/gate");
    return "grown";
  };`,
  "encrypted.js": `module.exports = async function encrypted({ url }, { tools }) {
    await tools.http.fetch(url + "/?i=1");
    await tools.http.fetch(url + "/?i=2", { timeoutMs: 500 });
    await tools.sleep(10);
    return tools.tasks.execute("failing", { url }).catch((error) => error.message);
  };`,
};

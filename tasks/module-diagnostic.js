/**
 * @task module-diagnostic
 * @description Reports what a task's world offers and what it keeps out.
 * @param {object} [input]
 * @param {boolean} [input.checkGlobalScope=true] - Whether to look through the global scope too.
 * @returns {Promise<object>} For each thing whether it is there; for each way out why it is closed.
 */

const OFFERED = [
  "console",
  "tools",
  "setTimeout",
  "clearTimeout",
  "structuredClone",
  "URL",
  "URLSearchParams",
  "TextEncoder",
  "TextDecoder",
  "atob",
  "btoa",
  "crypto",
  "__callHostTool__",
];

const KEPT_OUT = ["process", "Buffer", "fetch", "XMLHttpRequest", "WebAssembly", "Worker", "Deno", "Bun", "std", "os"];

const HOST_MODULES = ["fs", "node:fs", "child_process", "net", "worker_threads"];

/** The text of what `attempt` throws, or null when it went through. */
async function refusal(attempt) {
  try {
    await attempt();
    return null;
  } catch (error) {
    return String(error?.message ?? error);
  }
}

module.exports = async function execute(input, context) {
  const report = {
    module: { module: typeof module, exports: typeof exports, require: typeof require },
    context: Object.keys(context).sort(),
    refused: {},
  };
  for (const name of HOST_MODULES) {
    report.refused[`require ${name}`] = await refusal(() => require(name));
    report.refused[`import ${name}`] = await refusal(() => import(name));
  }
  // The Function constructor of a host object would run code outside of the sandbox.
  report.refused["a way to the host"] = await refusal(() => context.constructor.constructor("return process")());

  if (input?.checkGlobalScope !== false) {
    const type = (name) => [name, typeof globalThis[name]];
    report.offered = Object.fromEntries(OFFERED.map(type));
    report.keptOut = Object.fromEntries(KEPT_OUT.map(type));
    report.globals = Object.getOwnPropertyNames(globalThis).sort();
    report.eval = await refusal(() => (0, eval)("1 + 1"));
  }
  report.sealed =
    Object.values(report.keptOut ?? {}).every((each) => each === "undefined") &&
    Object.values(report.refused).every((each) => each !== null);
  return report;
};

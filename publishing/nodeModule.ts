import { isBuiltin } from "node:module";

const INSTEAD: Readonly<Record<string, string>> = {
  fs: "There is no file system: import a .json or code file, or keep data in a service that tools.http.fetch reaches.",
  http: "Use tools.http.fetch.",
  https: "Use tools.http.fetch.",
  http2: "Use tools.http.fetch.",
  net: "Use tools.http.fetch.",
  timers: "setTimeout is global; tools.sleep waits for up to years.",
  crypto: "crypto.randomUUID() is global.",
  buffer: "Use TextEncoder, TextDecoder, atob and btoa: they are global.",
  url: "URL and URLSearchParams are global.",
  util: "structuredClone, TextEncoder and TextDecoder are global.",
  process: "Pass settings in the input.",
  child_process: "Start another task with tools.tasks.execute.",
  worker_threads: "Start another task with tools.tasks.execute.",
};

/** Why a task cannot load a module of Node, and what to use instead; undefined when it is not one. */
export function nodeModuleRefusal(specifier: string): string | undefined {
  if (!specifier.startsWith("node:") && !isBuiltin(specifier)) return undefined;
  const name = specifier.replace(/^node:/, "").split("/")[0] ?? "";
  const instead = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
  return `${JSON.stringify(specifier)} is a module of Node, which no task can load. ${instead ?? "Use a tool, or plain JavaScript."}`;
}

/** The module that such a message is about. */
export function nodeModuleIn(message: string): string | undefined {
  const [, name] = /^("(?:[^"\\]|\\.)*") is a module of Node/.exec(message) ?? [];
  return name === undefined ? undefined : (JSON.parse(name) as string);
}

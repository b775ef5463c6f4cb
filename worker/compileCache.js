// Plain JavaScript, because the launcher imports it before anything that is TypeScript.
import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../node_modules/.cache/tasker/compiled", import.meta.url));

/**
 * Has Node keep what it compiles, for this process and the threads that it starts. Without it every process and every
 * thread that imports a TypeScript file loads Node's TypeScript compiler, which takes some 10 MB and 100 ms each time.
 * NODE_COMPILE_CACHE names another folder, NODE_DISABLE_COMPILE_CACHE turns it off; a folder that cannot be written does no harm.
 */
export function keepCompiledCode(folder = FOLDER) {
  // Threads take it from here.
  process.env["NODE_COMPILE_CACHE"] ??= folder;
  enableCompileCache();
}

/** Writes what was compiled so far: a process that is killed would leave nothing. */
export { flushCompileCache as writeCompiledCode };

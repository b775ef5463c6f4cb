// Plain JavaScript, because it has to run on any Node that npm or npx finds: the commands themselves are TypeScript
// and need Node 24, which the package `node` puts into node_modules.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const TASKER = fileURLToPath(new URL("tasker.js", import.meta.url));

/** Runs `tasker` with these arguments, in this process if its Node is new enough, else in one of its own. */
export async function launch(args) {
  if (Number(process.versions.node.split(".")[0]) < NEEDED) return runOn(bundledNode(), args);
  const { keepCompiledCode } = await import("../worker/compileCache.js");
  keepCompiledCode();
  const { main } = await import("./main.ts");
  await main(args);
}

/** The executable of the package `node`, wherever npm put it. */
function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve("node/package.json");
    return path.join(path.dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
  } catch {
    return undefined;
  }
}

function runOn(executable, args) {
  if (executable === undefined) return refuse("the package `node` is not installed");
  const child = spawn(executable, [TASKER, ...args], { stdio: "inherit" });
  // A terminal signals both of us, `kill` only this process: pass all on, the child takes two in a row for one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => refuse(error.message));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function refuse(why) {
  console.error(
    `error[node_too_old]: Tasker needs Node ${NEEDED}; this is ${process.versions.node}, and ${why}.\n` +
      "  Run `npm ci` in Tasker's folder, or start this with a newer Node.",
  );
  process.exit(3);
}

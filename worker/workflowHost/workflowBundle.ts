import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What decides the bundle, beside the workflow code: a data converter has these fields. */
export interface Converters {
  readonly payloadConverterPath?: string | undefined;
  readonly failureConverterPath?: string | undefined;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BUILD = fileURLToPath(new URL("./buildBundle.ts", import.meta.url));
/** The folders whose files may be in the bundle, and the file that names the libraries in it. */
const SOURCES = ["workflows", "protocol", "encryption", "worker/workflowHost", "package-lock.json"];
/** Bundles that are kept, the newest first. */
const KEPT = 8;

/** A file that the SDK reads, so that nothing here holds the code; the code itself where no file can be kept. */
export type Bundle = { readonly codePath: string } | { readonly code: string };

/** What is being built, and what could not be kept. */
const inProcess = new Map<string, Promise<Bundle>>();

/**
 * The workflow code as one script. Webpack builds it in a process of its own: it would keep 150 MB in the worker's. The
 * result is kept in node_modules/.cache by the content of its sources, so that only the first start after a change builds it.
 */
export function workflowBundle(
  converters: Converters = {},
  cache = path.join(ROOT, "node_modules/.cache/tasker"),
): Promise<Bundle> {
  const { payloadConverterPath, failureConverterPath } = converters;
  const key = JSON.stringify([cache, payloadConverterPath, failureConverterPath]);
  let bundle = inProcess.get(key);
  if (bundle === undefined) {
    bundle = load({ payloadConverterPath, failureConverterPath }, cache);
    inProcess.set(key, bundle);
    // A file may be removed by then, and a failure may pass: the next worker of this process looks again.
    const forget = (): void => void inProcess.delete(key);
    bundle.then((loaded) => "codePath" in loaded && forget(), forget);
  }
  return bundle;
}

async function load(converters: Converters, cache: string): Promise<Bundle> {
  const codePath = path.join(cache, `workflows-${await hash(converters)}.js`);
  if (existsSync(codePath)) return { codePath };
  const writable = await mkdir(cache, { recursive: true }).then(
    () => true,
    () => false,
  );
  const folder = writable ? cache : await mkdtemp(path.join(tmpdir(), "tasker-bundle-"));
  const file = path.join(folder, `${randomUUID()}.tmp`);
  try {
    await promisify(execFile)(process.execPath, [BUILD, file, JSON.stringify(converters)]);
    if (!writable) return { code: await readFile(file, "utf8") };
    await rename(file, codePath);
    await removeOld(cache);
    return { codePath };
  } finally {
    await rm(writable ? file : folder, { recursive: true, force: true });
  }
}

/** Of everything that decides what the bundle is. */
async function hash(converters: Converters): Promise<string> {
  const sum = createHash("sha256").update(JSON.stringify(converters)).update(process.version);
  for (const source of SOURCES) {
    for (const file of await filesOf(path.join(ROOT, source))) {
      sum.update(`\0${file}\0`).update(await readFile(file));
    }
  }
  return sum.digest("hex").slice(0, 32);
}

async function filesOf(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [place];
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

async function removeOld(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name.startsWith("workflows-"));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(cache, name);
      return { file, at: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  for (const { file } of files.toSorted((a, b) => b.at - a.at).slice(KEPT)) await rm(file, { force: true });
}

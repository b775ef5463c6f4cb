import { readFile } from "node:fs/promises";
import path from "node:path";
import type {
  Loader,
  OnLoadResult,
  OnResolveArgs,
  OnResolveResult,
  PartialMessage,
  Plugin,
  PluginBuild,
} from "esbuild";
import { loadAuthorFile } from "./authorFile.ts";
import type { AuthorFile } from "./authorFile.ts";
import { withoutPackageSourceMap } from "./foreignSourceMap.ts";
import { nodeModuleRefusal } from "./nodeModule.ts";
import { PROBLEM_CODES } from "./problem.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import { resolveFile } from "./resolveFile.ts";

/** Names of files in bundle and source map: never a path of this machine. */
export const AUTHOR = "tasks";
export const PACKAGE = "npm";

const LOADERS: Readonly<Record<string, Loader>> = {
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".json": "json",
};

/** The files of one task while it is bundled; kept over the rounds that find what `context.tasks.require` needs. */
export class BundleSession {
  readonly root: string;
  readonly files = new Map<string, AuthorFile>();
  readonly #packageFiles = new Map<string, string>();

  constructor(root: string) {
    this.root = root;
  }

  /** How a file is named: relative to the tasks folder, `/` between segments. */
  nameOf(absolute: string): string {
    return path.relative(this.root, absolute).split(path.sep).join("/");
  }

  plugin(): Plugin {
    return {
      name: "tasker",
      setup: (build) => {
        build.onResolve({ filter: /.*/ }, (args) => this.#resolve(args, build));
        build.onLoad({ filter: /.*/, namespace: AUTHOR }, ({ path: name }) => this.#load(name));
        build.onLoad({ filter: /.*/, namespace: PACKAGE }, ({ path: name }) => this.#loadPackageFile(name));
      },
    };
  }

  async #resolve(args: OnResolveArgs, build: PluginBuild): Promise<OnResolveResult | undefined> {
    const { path: specifier, namespace } = args;
    if (args.pluginData === RESOLVING) return undefined;
    // `require.resolve` has no meaning in a bundle: it is left to fail at run time.
    if (args.kind === "require-resolve") return { external: true };
    if (namespace === PACKAGE) return this.#resolvePackage(args, build, args.resolveDir);
    // The bundle's entry names files as the session does.
    if (namespace !== AUTHOR) return { path: specifier, namespace: AUTHOR };
    const refusal = nodeModuleRefusal(specifier);
    if (refusal) return refuse(PROBLEM_CODES.nodeModule, refusal);
    const folder = path.dirname(path.resolve(this.root, args.importer));
    if (/^\.{1,2}(?:\/|$)/.test(specifier)) {
      const file = await resolveFile(folder, specifier);
      if (file) return LOADERS[path.extname(file)] ? { path: this.nameOf(file), namespace: AUTHOR } : unsupported(file);
      return refuse(PROBLEM_CODES.moduleNotFound, `There is no file ${JSON.stringify(specifier)} beside this one.`);
    }
    if (path.isAbsolute(specifier) || /^[a-z][a-z0-9+.-]+:/i.test(specifier)) {
      const message = `${JSON.stringify(specifier)} cannot be bundled: import by a relative path or a package's name.`;
      return refuse(PROBLEM_CODES.moduleNotFound, message);
    }
    const found = await this.#resolvePackage(args, build, folder);
    const message = `There is no package ${JSON.stringify(specifier)} in node_modules. A file's path begins with "./".`;
    return found ?? refuse(PROBLEM_CODES.moduleNotFound, message);
  }

  /** Undefined when it is not there; the bundler then decides whether that is an error (in a `try` it is none). */
  async #resolvePackage(args: OnResolveArgs, build: PluginBuild, folder: string): Promise<OnResolveResult | undefined> {
    const { kind } = args;
    const result = await build.resolve(args.path, {
      kind,
      resolveDir: folder,
      namespace: "file",
      pluginData: RESOLVING,
    });
    if (result.errors.length > 0 || result.external) return undefined;
    if (!LOADERS[path.extname(result.path)]) return unsupported(result.path);
    const name = this.#packageName(result.path);
    return { path: name, namespace: PACKAGE, sideEffects: result.sideEffects, pluginData: result.path };
  }

  /** From the first `node_modules` on, wherever that lies; two that would share a name keep their full way from here. */
  #packageName(absolute: string): string {
    const relative = this.nameOf(absolute);
    const short = relative.slice(Math.max(0, relative.indexOf("node_modules/")));
    const name = (this.#packageFiles.get(short) ?? absolute) === absolute ? short : relative;
    this.#packageFiles.set(name, absolute);
    return name;
  }

  async #load(name: string): Promise<OnLoadResult> {
    const file = this.files.get(name) ?? (await loadAuthorFile(this.root, name));
    if ("problem" in file) return { errors: [{ text: file.problem.message, detail: file.problem }] };
    this.files.set(name, file);
    return { contents: file.contents, loader: file.loader };
  }

  async #loadPackageFile(name: string): Promise<OnLoadResult> {
    const absolute = this.#packageFiles.get(name) ?? "";
    const loader = LOADERS[path.extname(absolute)] ?? "js";
    const contents = withoutPackageSourceMap(await readFile(absolute, "utf8"));
    return { contents, loader, resolveDir: path.dirname(absolute) };
  }
}

/** Marks the plugin's own questions to the bundler's resolver. */
const RESOLVING = Symbol("resolving");

/** What a refusal carries through the bundler: a whole problem, or its code when the bundler knows the place. */
export type Detail = Problem | { readonly code: ProblemCode };

function refuse(code: ProblemCode, text: string): { errors: PartialMessage[] } {
  return { errors: [{ text, detail: { code } satisfies Detail }] };
}

function unsupported(file: string): OnResolveResult {
  const extension = path.extname(file) || path.basename(file);
  return refuse(PROBLEM_CODES.unsupportedFile, `A task can bundle code and .json files, not ${extension}.`);
}

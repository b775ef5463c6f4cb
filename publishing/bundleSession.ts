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
import { withoutSourceMap } from "./foreignSourceMap.ts";
import { nodeModuleRefusal } from "./nodeModule.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import { OUTSIDE, PACKAGE_OUTSIDE } from "./readableFiles.ts";
import type { ReadableFiles, Refusal } from "./readableFiles.ts";
import { resolveFile } from "./resolveFile.ts";

/** Names of files in bundle and source map: never a path of this machine. */
export const AUTHOR = "tasks";
export const PACKAGE = "npm";
/** The generated script that loads the task and its modules. */
export const ENTRY = "entry";

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
  readonly readable: ReadableFiles;
  /** The author's files in the bundle, by name. */
  readonly files = new Map<string, AuthorFile>();
  /** The files that each file loads, by name; `ENTRY` loads the first ones. */
  readonly loads = new Map<string, Set<string>>();
  /** Sources, as the source map names them, that Node takes for ES modules: `.mjs` files and packages of type "module". */
  readonly nodeModules = new Set<string>();
  readonly #authorFiles = new Map<string, ReturnType<typeof loadAuthorFile>>();
  readonly #packageFiles = new Map<string, string>();

  constructor(readable: ReadableFiles) {
    this.readable = readable;
  }

  get root(): string {
    return this.readable.root;
  }

  /** How an author's file is named: relative to the tasks folder, `/` between segments. */
  nameOf(absolute: string): string {
    return path.relative(this.root, absolute).split(path.sep).join("/");
  }

  /** One of the author's files; it is read and parsed once. */
  authorFile(name: string): ReturnType<typeof loadAuthorFile> {
    const file = this.#authorFiles.get(name) ?? loadAuthorFile(this.readable, name);
    this.#authorFiles.set(name, file);
    return file;
  }

  plugin(): Plugin {
    return {
      name: "tasker",
      setup: (build) => {
        build.onResolve({ filter: /.*/ }, async (args) => {
          if (args.pluginData === RESOLVING) return undefined;
          const result = await this.#resolve(args, build);
          const importer = args.namespace === AUTHOR || args.namespace === PACKAGE ? args.importer : ENTRY;
          if (result?.path !== undefined) this.#note(importer, result.path);
          return result;
        });
        build.onLoad({ filter: /.*/, namespace: AUTHOR }, ({ path: name }) => this.#load(name));
        build.onLoad({ filter: /.*/, namespace: PACKAGE }, ({ path: name }) => this.#loadPackageFile(name));
        build.onLoad({ filter: /.*/ }, ({ path: found }) => this.#loadFound(found));
      },
    };
  }

  #note(importer: string, loaded: string): void {
    const known = this.loads.get(importer) ?? new Set();
    this.loads.set(importer, known.add(loaded));
  }

  async #resolve(args: OnResolveArgs, build: PluginBuild): Promise<OnResolveResult | undefined> {
    const { path: specifier, namespace } = args;
    // `require.resolve` has no meaning in a bundle: it is left to fail at run time.
    if (args.kind === "require-resolve") return { external: true };
    if (namespace === PACKAGE) return this.#resolvePackage(args, build, args.resolveDir);
    if (path.isAbsolute(args.importer)) return this.#resolvePackage(args, build, path.dirname(args.importer));
    // The bundle's entry names files as the session does.
    if (namespace !== AUTHOR) return { path: specifier, namespace: AUTHOR };
    const refusal = nodeModuleRefusal(specifier);
    if (refusal) return refuse(PROBLEM_CODES.nodeModule, refusal);
    const folder = path.dirname(path.resolve(this.root, args.importer));
    if (/^\.{1,2}(?:\/|$)/.test(specifier)) return this.#resolveFile(folder, specifier);
    if (path.isAbsolute(specifier) || /^[a-z][a-z0-9+.-]+:/i.test(specifier)) {
      const message = `${JSON.stringify(specifier)} cannot be bundled: import by a relative path or a package's name.`;
      return refuse(PROBLEM_CODES.moduleNotFound, message);
    }
    const found = await this.#resolvePackage(args, build, folder);
    const message = `There is no package ${JSON.stringify(specifier)} in node_modules. A file's path begins with "./".`;
    return found ?? refuse(PROBLEM_CODES.moduleNotFound, message);
  }

  /** A file beside the author's. */
  async #resolveFile(folder: string, specifier: string): Promise<OnResolveResult> {
    const quoted = JSON.stringify(specifier);
    if (!this.readable.mayName(path.resolve(folder, specifier))) return refuseFile(quoted, OUTSIDE);
    const file = await resolveFile(folder, specifier);
    if (!file) return refuse(PROBLEM_CODES.moduleNotFound, `There is no file ${quoted} beside this one.`);
    const admitted = await this.readable.admit(file);
    if ("refusal" in admitted) return refuseFile(quoted, admitted.refusal);
    return LOADERS[path.extname(file)] ? { path: this.nameOf(file), namespace: AUTHOR } : unsupported(file);
  }

  /** Undefined when it does not exist; the bundler then decides whether that is an error (in a `try` it is none). */
  async #resolvePackage(args: OnResolveArgs, build: PluginBuild, folder: string): Promise<OnResolveResult | undefined> {
    const { kind } = args;
    const result = await build.resolve(args.path, {
      kind,
      resolveDir: folder,
      namespace: "file",
      pluginData: RESOLVING,
    });
    if (result.errors.length > 0 || result.external) return undefined;
    const quoted = JSON.stringify(args.path);
    if (result.namespace !== "file") {
      return refuse(PROBLEM_CODES.moduleNotFound, `${quoted} cannot be bundled: it is not a file.`);
    }
    const admitted = await this.readable.admit(result.path);
    if ("refusal" in admitted) {
      return refuseFile(quoted, admitted.refusal === OUTSIDE ? PACKAGE_OUTSIDE : admitted.refusal);
    }
    if (!LOADERS[path.extname(result.path)]) return unsupported(result.path);
    const name = this.#packageName(admitted.real);
    return { path: name, namespace: PACKAGE, sideEffects: result.sideEffects };
  }

  /** From the first `node_modules` on, wherever that is; two that would share a name keep their full way from here. */
  #packageName(real: string): string {
    const short = this.readable.nameOf(real) ?? "";
    const name = (this.#packageFiles.get(short) ?? real) === real ? short : this.nameOf(real);
    this.#packageFiles.set(name, real);
    return name;
  }

  async #load(name: string): Promise<OnLoadResult> {
    const file = await this.authorFile(name);
    if ("problem" in file) return { errors: [{ text: file.problem.message, detail: file.problem }] };
    this.files.set(name, file);
    if (/\.m[jt]s$/.test(name)) this.nodeModules.add(`${AUTHOR}:${name}`);
    return { contents: file.contents, loader: file.loader };
  }

  async #loadPackageFile(name: string): Promise<OnLoadResult> {
    const absolute = this.#packageFiles.get(name) ?? "";
    const loaded = await this.#readPackageFile(absolute);
    if ("refusal" in loaded) return refuseLoading(loaded.refusal, name);
    if (await this.#isNodeModule(absolute)) this.nodeModules.add(`${PACKAGE}:${name}`);
    return loaded;
  }

  /** A file that the bundler found by itself: one that a computed `require` or `import` of a package may mean. */
  async #loadFound(absolute: string): Promise<OnLoadResult> {
    const loaded = await this.#readPackageFile(absolute);
    if (!("refusal" in loaded)) return loaded;
    const { code, message } = loaded.refusal;
    return refuse(code, `A computed require or import of a package leads to a file that cannot be loaded. ${message}`);
  }

  /** By its name, else by the `type` of the nearest package.json. */
  async #isNodeModule(absolute: string): Promise<boolean> {
    if (!/\.[jt]s$/.test(absolute)) return /\.m[jt]s$/.test(absolute);
    for (let folder = path.dirname(absolute); ; folder = path.dirname(folder)) {
      const read = await this.readable.read(path.join(folder, "package.json"));
      if (!("refusal" in read)) return isModulePackage(read.bytes.toString("utf8"));
      if (path.basename(folder) === "node_modules" || folder === path.dirname(folder)) return false;
    }
  }

  async #readPackageFile(absolute: string): Promise<OnLoadResult | { refusal: Refusal }> {
    const read = await this.readable.read(absolute);
    if ("refusal" in read) return read;
    const loader = LOADERS[path.extname(absolute)] ?? "js";
    const text = read.bytes.toString("utf8");
    const contents = loader === "json" ? text : withoutSourceMap(text);
    return { contents, loader, resolveDir: path.dirname(absolute) };
  }
}

function isModulePackage(json: string): boolean {
  try {
    return (JSON.parse(json) as { type?: unknown }).type === "module";
  } catch {
    return false;
  }
}

/** Marks the plugin's own questions to the bundler's resolver. */
const RESOLVING = Symbol("resolving");

/** What a refusal carries through the bundler: a whole problem, or its code when the bundler knows the place. */
export type Detail = Problem | { readonly code: ProblemCode };

function refuse(code: ProblemCode, text: string): { errors: PartialMessage[] } {
  return { errors: [{ text, detail: { code } satisfies Detail }] };
}

function refuseFile(quoted: string, { code, message }: Refusal): { errors: PartialMessage[] } {
  return refuse(code, `${quoted} cannot be loaded. ${message}`);
}

function refuseLoading({ code, message }: Refusal, name: string): OnLoadResult {
  return { errors: [{ text: message, detail: problem(code, message, name) satisfies Detail }] };
}

function unsupported(file: string): OnResolveResult {
  const extension = path.extname(file) || path.basename(file);
  return refuse(PROBLEM_CODES.unsupportedFile, `A task can bundle code and .json files, not ${extension}.`);
}

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { defaultVersion, isUsualProduct, newestVersion, parseVersion, type ApiVersion } from "./apiVersions.ts";
import { parseMethodSource, type MethodSpec } from "./methodSpec.ts";
import { readApi } from "./readApi.ts";
import { childOf, instantiate, methodOf, type Resource } from "./resource.ts";
import { follow, listNames, nearest } from "./trail.ts";

/** One method of one version of a Google API. */
export interface GapiMethod {
  /** As `gmail`. */
  readonly api: string;
  /** As `v1` or `directory_v1`. */
  readonly version: string;
  /** The path below the version, as `users.messages.list`. */
  readonly path: string;
  readonly spec: MethodSpec;
  /** Every dotted name that leads here, the usual one first: below `gapi`, as `gmail.users.messages.list`. */
  readonly names: readonly string[];
  /** The names without a version, which may lead to another version. A rule for one of them covers every version. */
  readonly unversioned: readonly string[];
  /** Calls the generated function, for which it loads what the package needs to send requests. `params` and `options` are the library's own. */
  readonly invoke: (params: object, options: object) => Promise<unknown>;
}

export interface Catalog {
  /** The method behind a path such as `["gmail", "users", "messages", "list"]`. Reads the API's module when it is first asked for. */
  find(segments: readonly string[]): GapiMethod | undefined;
  /** What a person should write instead of a path that leads to no method: one or two sentences. */
  advise(segments: readonly string[]): string;
  /** The file of a version's type declarations. */
  declarationsOf(method: GapiMethod): string;
}

interface Reading {
  readonly version: ApiVersion;
  readonly rest: readonly string[];
}

/**
 * The APIs of the installed googleapis, one module at a time: the whole package takes two seconds and 75 MB. Modules of
 * single versions take 1 to 30 ms, so that reading one may happen between two steps of a run. What all of them need to send
 * requests takes 100 ms: it is loaded at the first call, which a worker makes in its service thread.
 */
export function createCatalog(): Catalog {
  const require = createRequire(import.meta.url);
  const folder = path.join(path.dirname(require.resolve("googleapis")), "apis");
  const fileOf = (api: string, version: string): string => path.join(folder, api, `${version}.js`);
  const apis = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  const apiNames = new Set(apis);
  const versionsByApi = new Map<string, readonly ApiVersion[]>();
  const roots = new Map<string, Resource>();
  const found = new Map<string, GapiMethod>();

  function versionsOf(api: string): readonly ApiVersion[] {
    const known = versionsByApi.get(api);
    if (known) return known;
    const files = readdirSync(path.join(folder, api)).filter((file) => file.endsWith(".js") && file !== "index.js");
    const versions = files.map((file) => parseVersion(file.slice(0, -3)));
    versionsByApi.set(api, versions);
    return versions;
  }

  function rootOf(api: string, version: string): Resource {
    const key = `${api}/${version}`;
    const loaded = roots.get(key);
    if (loaded) return loaded;
    const root = instantiate(readApi(fileOf(api, version)));
    roots.set(key, root);
    return root;
  }

  /** What a path may mean, likeliest first: a resource may have the name of a version. */
  function readings(api: string, below: readonly string[]): Reading[] {
    const versions = versionsOf(api);
    const [segment, ...rest] = below;
    const named = versions.find(({ name }) => name.replaceAll(".", "_") === segment);
    const product = newestVersion(versions.filter((version) => segment !== "" && version.product === segment));
    const usual = defaultVersion(api, versions);
    return [
      ...(named ? [{ version: named, rest }] : []),
      ...(product ? [{ version: product, rest }] : []),
      ...(usual ? [{ version: usual, rest: below }] : []),
    ];
  }

  function resolve(api: string, { version, rest }: Reading): GapiMethod | undefined {
    const method = methodAt(rootOf(api, version.name), rest)?.method;
    const spec = method && parseMethodSource(Function.prototype.toString.call(method));
    if (!spec) return undefined;
    const below = rest.join(".");
    let callable: ReturnType<typeof methodAt>;
    return {
      api,
      version: version.name,
      path: below,
      spec,
      names: prefixes(api, version, versionsOf(api)).map((prefix) => `${prefix}.${below}`),
      unversioned: unversioned(api, version).map((prefix) => `${prefix}.${below}`),
      invoke(params, options) {
        callable ??= methodAt(instantiate(require(fileOf(api, version.name))), rest);
        return Promise.resolve(callable?.method.call(callable.resource, params, options));
      },
    };
  }

  return {
    find(segments) {
      const key = segments.join(".");
      const known = found.get(key);
      if (known) return known;
      const [api, ...below] = segments;
      if (api === undefined || !apiNames.has(api)) return undefined;
      for (const reading of readings(api, below)) {
        const method = resolve(api, reading);
        if (!method) continue;
        // Only what exists is kept: a guest can make up names without end.
        found.set(key, method);
        return method;
      }
      return undefined;
    },

    advise([wanted = "", ...below]) {
      const api = apiNames.has(wanted) ? wanted : nearest(apis, wanted);
      if (api === undefined)
        return "APIs are named as in the package googleapis: gapi.gmail, gapi.drive, gapi.admin, …";
      const trails = readings(api, below).map((reading) => {
        const prefix = prefixes(api, reading.version, versionsOf(api))[0] ?? api;
        return follow(rootOf(api, reading.version.name), prefix, reading.rest);
      });
      const best = trails.find(({ method }) => method) ?? trails.sort((a, b) => b.depth - a.depth)[0];
      if (best?.method) return `Did you mean tools.gapi.${best.name}?`;
      const [first = ""] = below;
      if (best && (best.depth > 0 || !/(^|_)v\d/.test(first))) return `tools.gapi.${best.name} has ${best.has}.`;
      const names = versionsOf(api).map(({ name }) => name.replaceAll(".", "_"));
      return `tools.gapi.${api} has the version${names.length > 1 ? "s" : ""} ${listNames(names)}.`;
    },

    declarationsOf: ({ api, version }) => path.join(folder, api, `${version}.d.ts`),
  };
}

/** The method behind a path below a version, and the resource that it belongs to. */
function methodAt(root: Resource, below: readonly string[]) {
  let resource: Resource | undefined = root;
  for (const segment of below.slice(0, -1)) resource = resource && childOf(resource, segment);
  const method = resource && methodOf(resource, below.at(-1) ?? "");
  return resource && method && { resource, method };
}

/** What a path to some version of this API may begin with. */
function unversioned(api: string, { product }: ApiVersion): string[] {
  return [...(product === "" ? [] : [`${api}.${product}`]), ...(isUsualProduct(api, product) ? [api] : [])];
}

/** What a path to this version may begin with, the usual form first. */
function prefixes(api: string, { name, product }: ApiVersion, versions: readonly ApiVersion[]): string[] {
  const isNewest = newestVersion(versions.filter((version) => version.product === product))?.name === name;
  const isDefault = defaultVersion(api, versions)?.name === name;
  return [
    ...(product !== "" && isNewest ? [`${api}.${product}`] : []),
    ...(isDefault ? [api] : []),
    `${api}.${name.replaceAll(".", "_")}`,
  ];
}

import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { buildAll, callable, evaluate, withFolder } from "./testFolder.ts";
import type { Files } from "./testFolder.ts";

const task = (name: string): string =>
  `/** @task t */ import v from ${JSON.stringify(name)}; export default async () => v;`;
const manifest = (more: object): string => JSON.stringify({ name: "x", version: "1.0.0", ...more });
const ROOT = manifest({ workspaces: ["packages/*"], dependencies: { "@org/lib": "*" } });

/** A workspace; `tasks` is a folder of its root. `links`: what its package manager put into node_modules. */
const WORKSPACE: Files = {
  "../package.json": ROOT,
  "../packages/lib/package.json": manifest({
    main: "index.ts",
    dependencies: { deep: "*" },
    devDependencies: { api: "*" },
  }),
  "../packages/lib/index.ts":
    'import deep from "deep"; import { k } from "./k.js"; export default [deep as number, k];',
  "../packages/lib/k.js": "export const k = 2;",
  "../packages/deep/package.json": manifest({}),
  "../packages/deep/index.js": "module.exports = 1;",
  "../packages/api/package.json": manifest({}),
  "../packages/api/index.js": "module.exports = 'S3CRET';",
  "../packages/api/secret.json": '"S3CRET"',
};
const LINKS = { "@org/lib": "packages/lib", deep: "packages/deep", api: "packages/api" };

async function build(files: Files, links: Readonly<Record<string, string>> = LINKS): Promise<string> {
  return withFolder(files, async (folder) => {
    for (const [name, target] of Object.entries(links)) {
      const link = path.join(folder, "../node_modules", name);
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(path.join(folder, "..", target), link);
    }
    const { versions, problems } = await buildAll(folder);
    const [version] = versions.values();
    assert(!JSON.stringify(version ?? "").includes(path.dirname(folder)), "the bundle names a path of the machine");
    assert(!JSON.stringify(version ?? "").includes("S3CRET"));
    if (version) return JSON.stringify(await callable(evaluate(version))(null, {}));
    return problems.map(({ file, line, code, message }) => `${file}:${line} ${code} ${message}`).join("\n");
  });
}

test("a workspace's package is loaded when the project depends on it, with the packages that it depends on", async () => {
  assert.equal(await build({ ...WORKSPACE, "t.js": task("@org/lib") }), "[1,2]");
});

test("pnpm's workspaces are known too", async () => {
  const root = {
    "../package.json": manifest({ devDependencies: { "@org/lib": "workspace:*" } }),
    "../pnpm-workspace.yaml": "",
  };
  assert.equal(await build({ ...WORKSPACE, ...root, "t.js": task("@org/lib") }), "[1,2]");
});

const REFUSED: readonly (readonly [name: string, files: Files, links?: Readonly<Record<string, string>>])[] = [
  ["one that only a dependency needs, for its development", { "t.js": task("api") }],
  ["a file of such a one", { "t.js": task("api/secret.json") }],
  [
    "one that only the tasks folder's own package.json names",
    { "t.js": task("api"), "package.json": manifest({ dependencies: { api: "*" } }) },
  ],
  [
    "a workspace that the tasks folder declares itself",
    { "../package.json": manifest({ dependencies: { api: "*" } }), "package.json": ROOT, "t.js": task("api") },
  ],
  ["a link to the workspace's root", { "t.js": task("@org/lib/packages/api/index.js") }, { "@org/lib": "." }],
];

for (const [name, files, links] of REFUSED) {
  test(`a linked package that the project does not open is refused, with the remedy: ${name}`, async () => {
    const told = await build({ ...WORKSPACE, ...files }, links);
    assert.match(told, /^t\.js:1 outside_folder .* names it among its dependencies; .*--install-links FOLDER\)\.$/);
  });
}

test("a link to a folder outside of the workspace is refused, whatever the project depends on", async () => {
  await withFolder({ "index.js": "module.exports = 'S3CRET';" }, async (outside) => {
    await withFolder({ ...WORKSPACE, "t.js": task("@org/lib"), "../node_modules/@org/.keep": "" }, async (folder) => {
      await symlink(outside, path.join(folder, "../node_modules/@org/lib"));
      const { problems } = await buildAll(folder);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ["outside_folder"],
      );
    });
  });
});

test("a package that contains the tasks folder opens nothing beside it", async () => {
  const files = {
    "package.json": manifest({ workspaces: ["app"], dependencies: { app: "*" } }),
    "node_modules/.keep": "",
    "app/package.json": manifest({}),
    "app/secret.json": '"S3CRET"',
    "app/tasks/t.js": '/** @task t */ import v from "../secret.json"; export default async () => v;',
    "app/tasks/u.js": '/** @task u */ import v from "app/secret.json"; export default async () => v;',
  };
  await withFolder(files, async (folder) => {
    await symlink("../app", path.join(folder, "node_modules/app"));
    const { versions, problems } = await buildAll(path.join(folder, "app/tasks"));
    assert.equal(versions.size, 0);
    assert.deepEqual(
      problems.map(({ file, code }) => `${file} ${code}`),
      ["t.js outside_folder", "u.js outside_folder"],
    );
  });
});

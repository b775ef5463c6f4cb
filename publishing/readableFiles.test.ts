import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { LIMITS } from "../protocol/limits.ts";
import { buildAll, callable, evaluate, withFolder } from "./testFolder.ts";
import type { Files } from "./testFolder.ts";

const SECRET = "S3CRET";
const f = "module.exports = () => 1;";
const uses = (name: string): string => `module.exports = () => require(${JSON.stringify(name)});`;

/** Files outside of the tasks folder, which no task may load. */
const OUTSIDE: Files = {
  "../outside/secret.json": JSON.stringify({ key: SECRET }),
  "../outside/secret.js": `module.exports = "${SECRET}";`,
  "../outside/secret.ts": `export default "${SECRET}";`,
  "../outside/index.js": `module.exports = "${SECRET}";`,
  "../outside/index.js.map": JSON.stringify({ version: 3, sources: [SECRET], names: [], mappings: "AAAA" }),
};

const pkg = (text: string, manifest = "{}"): Files => ({
  "node_modules/p/index.js": text,
  "node_modules/p/package.json": manifest,
});

/** Every way that was found to lead out. `OUT` stands for the absolute path of the folder outside. */
const WAYS: [string, Files, string][] = [
  ["JSON", { "a.js": uses("../outside/secret.json") }, "a.js:1 outside_folder"],
  ["JavaScript", { "a.js": uses("../outside/secret") }, "a.js:1 outside_folder"],
  ["a folder's index", { "a.js": uses("../outside") }, "a.js:1 outside_folder"],
  [
    "an ES import",
    { "a.mjs": 'import s from "../outside/secret.js";\nexport default () => s;' },
    "a.mjs:1 outside_folder",
  ],
  ["a dynamic import", { "a.js": 'module.exports = () => import("../outside/secret.js");' }, "a.js:1 outside_folder"],
  [
    "TypeScript's import =",
    { "a.ts": 'import s = require("../outside/secret");\nexport default () => s;' },
    "a.ts:1 outside_folder",
  ],
  ["an export from", { "a.mjs": 'export { default } from "../outside/secret.js";' }, "a.mjs:1 outside_folder"],
  ["a query", { "a.js": uses("../outside/secret.json?raw") }, "a.js:1 outside_folder"],
  ["a file that does not exist", { "a.js": uses("../outside/nothing.json") }, "a.js:1 outside_folder"],
  [
    "context.tasks.require",
    { "a.js": 'module.exports = (i, c) => c.tasks.require("../outside/secret");' },
    "a.js:1 module_not_found",
  ],
  ["an absolute path", { "a.js": uses("OUT/secret.json") }, "a.js:1 module_not_found"],
  ["a file: URL", { "a.js": uses("file://OUT/secret.json") }, "a.js:1 module_not_found"],
  [
    "a package's main",
    { "a.js": uses("p"), ...pkg("", '{"main": "../../../outside/secret.js"}') },
    "a.js:1 outside_folder",
  ],
  [
    "a package's exports",
    { "a.js": uses("p"), ...pkg("", '{"exports": "./../../../outside/secret.js"}') },
    "a.js:1 module_not_found",
  ],
  [
    "an absolute require in a package",
    { "a.js": uses("p"), ...pkg('module.exports = require("OUT/secret.json");') },
    "node_modules/p/index.js:1 outside_folder",
  ],
  [
    "a relative require in a package",
    { "a.js": uses("p"), ...pkg('module.exports = require("../../../outside/secret");') },
    "node_modules/p/index.js:1 outside_folder",
  ],
  [
    "a computed require in a package",
    { "a.js": uses("p"), ...pkg("module.exports = (x) => require(`../../../outside/${x}.json`);") },
    "node_modules/p/index.js:1 outside_folder",
  ],
  [
    "a data: URL in a package",
    { "a.js": uses("p"), ...pkg('module.exports = require("data:text/javascript,1");') },
    "node_modules/p/index.js:1 module_not_found",
  ],
  [
    "the folder's own imports",
    { "a.js": uses("#s"), "package.json": '{"imports": {"#s": "./../outside/secret.js"}}' },
    "a.js:1 module_not_found",
  ],
  [
    "paths of a tsconfig.json",
    {
      "a.ts": 'import s from "s";\nexport default () => s;',
      "tsconfig.json": '{"compilerOptions":{"baseUrl":".","paths":{"s":["../outside/secret.ts"]}}}',
    },
    "a.ts:1 module_not_found",
  ],
];

for (const [name, files, expected] of WAYS) {
  test(`no task loads a file from outside of the tasks folder: ${name}`, async () => {
    await withFolder({ ...OUTSIDE, ...files }, async (folder) => {
      const outside = path.join(folder, "../outside");
      for (const [file, text] of Object.entries(files)) {
        await writeFile(path.join(folder, file), (text as string).replaceAll("OUT", outside));
      }
      const { versions, problems } = await buildAll(folder);
      assert(!JSON.stringify([...versions.values()]).includes(SECRET));
      assert.deepEqual(
        problems.map((each) => `${each.file}:${each.line} ${each.code}`),
        [expected],
      );
      const [only] = problems;
      const specifier = /(?:require|import|from) ?\(?["']([^"']+)["']/.exec(String(Object.values(files)[0]))?.[1] ?? "";
      const absolute = JSON.stringify(files).includes("OUT");
      if (only!.file.startsWith("a.") && !absolute) assert(only!.message.includes(specifier), only!.message);
      // A path of the machine is in a message only when the author wrote it.
      assert(absolute || !only!.message.includes(path.dirname(folder)), only!.message);
    });
  });
}

test("no source map comment makes the bundler read another file or name its sources", async () => {
  const comment = "//# sourceMappingURL=";
  for (const target of ["../outside/index.js.map", "file://OUT/index.js.map"]) {
    await withFolder(OUTSIDE, async (folder) => {
      const map = target.replace("OUT", path.join(folder, "../outside"));
      await mkdir(path.join(folder, "node_modules/p"), { recursive: true });
      await writeFile(path.join(folder, "a.js"), `${uses("p")} ${comment}${map}`);
      await writeFile(
        path.join(folder, "node_modules/p/index.js"),
        `module.exports = "${comment}"; ${comment}../../${map}`,
      );
      const { versions, problems } = await buildAll(folder);
      assert.deepEqual(problems, []);
      const { sources } = JSON.parse(versions.get("a")!.sourceMap) as { sources: unknown };
      assert.deepEqual(sources, ["node_modules/p/index.js", "a.js", null]);
      assert.equal(await callable(evaluate(versions.get("a")!))(null, {}), comment);
    });
  }
});

test("a linked file, a linked folder and a linked package that lead out are problems", async () => {
  await withFolder(
    {
      ...OUTSIDE,
      "a.js": f,
      "b.js": uses("./data.json"),
      "c.js": uses("./lib/secret"),
      "d.js": uses("q"),
      "node_modules/.keep": "",
    },
    async (folder) => {
      const outside = path.join(folder, "../outside");
      await symlink(path.join(outside, "secret.js"), path.join(folder, "e.js"));
      await symlink(path.join(outside, "secret.json"), path.join(folder, "data.json"));
      await symlink(outside, path.join(folder, "lib"));
      await symlink(outside, path.join(folder, "node_modules/q"));
      const { versions, problems } = await buildAll(folder);
      assert.deepEqual([...versions.keys()], ["a"]);
      assert.deepEqual(
        problems.map(({ file, code }) => `${file} ${code}`),
        [
          "e.js outside_folder",
          "lib outside_folder",
          "b.js outside_folder",
          "c.js outside_folder",
          "d.js outside_folder",
        ],
      );
    },
  );
});

test("what node_modules holds above the folder is loaded, through links among it too, as pnpm makes them", async () => {
  const files = {
    "a.js": uses("p"),
    "../node_modules/.pnpm/p@1/node_modules/p/index.js": 'module.exports = require("./b");',
    "../node_modules/.pnpm/p@1/node_modules/p/b.js": "module.exports = 7;",
  };
  await withFolder(files, async (folder) => {
    await symlink(".pnpm/p@1/node_modules/p", path.join(folder, "../node_modules/p"));
    const check = async (dir: string): Promise<void> => {
      const { versions, problems } = await buildAll(dir);
      assert.deepEqual(problems, []);
      assert.equal(await callable(evaluate(versions.get("a")!))(null, {}), 7);
      const { sources } = JSON.parse(versions.get("a")!.sourceMap) as { sources: (string | null)[] };
      assert(
        sources.every((each) => each === null || /^(?:a\.js|node_modules\/)/.test(each)),
        sources.join(),
      );
    };
    await check(folder);
    // The whole node_modules is a link, made by whoever set the machine up.
    await rename(path.join(folder, "../node_modules"), path.join(folder, "../packages"));
    await symlink("packages", path.join(folder, "../node_modules"));
    await check(folder);
    await symlink(folder, path.join(folder, "../linked"));
    await check(path.join(folder, "../linked"));
  });
});

test("a link from one place of the folder to another is followed", async () => {
  await withFolder({ "a.js": uses("./link.json"), "deep/data.json": "[5]" }, async (folder) => {
    await symlink("deep/data.json", path.join(folder, "link.json"));
    const { versions, problems } = await buildAll(folder);
    assert.deepEqual(problems, []);
    assert.equal(JSON.stringify(await callable(evaluate(versions.get("a")!))(null, {})), "[5]");
  });
});

test("pipes and devices are refused at once, as tasks, as imports and in packages", async () => {
  const files = { "a.js": f, "b.js": uses("./pipe2.js"), "c.js": uses("p"), "node_modules/p/.keep": "" };
  await withFolder(files, async (folder) => {
    for (const name of ["pipe.js", "pipe2.js", "node_modules/p/index.js"]) {
      await promisify(execFile)("mkfifo", [path.join(folder, name)]);
    }
    await symlink("/dev/zero", path.join(folder, "zero.js"));
    const { versions, problems } = await buildAll(folder);
    assert.deepEqual([...versions.keys()], ["a"]);
    assert.deepEqual(
      problems.map(({ file, code }) => `${file} ${code}`),
      ["pipe.js not_a_file", "pipe2.js not_a_file", "zero.js outside_folder", "b.js not_a_file", "c.js not_a_file"],
    );
  });
});

test("a package's file may have as many bytes as the limit says, and not one more", async () => {
  const code = "module.exports = 1; //";
  const files = (extra: number): Files => ({
    "a.js": uses("p"),
    ...pkg(code + "x".repeat(LIMITS.bundleBytes - code.length + extra)),
  });
  const problems = async (extra: number): Promise<string[]> => {
    const built = await withFolder(files(extra), buildAll);
    return built.problems.map(({ file, code, message }) => `${file} ${code} ${message.slice(0, 24)}`);
  };
  // The bundle's source map has the text as well, so both are refused; only the larger one before it was read.
  assert.match((await problems(0)).join(), /^a\.js bundle_too_large/);
  assert.match((await problems(1)).join(), /^node_modules\/p\/index\.js bundle_too_large It has 10485761 bytes/);
});

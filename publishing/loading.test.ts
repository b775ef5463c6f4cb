import assert from "node:assert/strict";
import { test } from "node:test";
import { createSupabase } from "../activities/tools/supabase/supabase.ts";
import { CHAINS, openLoader } from "../cli/openLoader.ts";
import { publishFolder } from "./publishFolder.ts";
import { withFolder } from "./testFolder.ts";

async function publish(files: Record<string, string>): Promise<string[]> {
  const published: string[] = [];
  const versions = {
    publish: ({ task }: { task: string }) => {
      published.push(task);
      return Promise.resolve("published" as const);
    },
  };
  return withFolder(files, async (folder) => {
    const { problems } = await publishFolder(folder, versions, openLoader);
    const told = problems.map(
      ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
    );
    return [...published, ...told];
  });
}

const TASK = "/** @task t */\nexport default async () => 1;\n";

test("a bundle whose top level throws is refused with its place, in a file that it loads as well", async () => {
  assert.deepEqual(await publish({ "t.js": `${TASK}\nconst x = null;\nx.field;\n` }), [
    "t.js:5:1 does_not_load It cannot be loaded: TypeError: cannot read property 'field' of null",
  ]);
  const [fault = ""] = await publish({
    "t.js": `import "./lib/a.js";\n${TASK}`,
    "lib/a.js": "function f() {\n  throw new RangeError('mine');\n}\nf();\n",
  });
  assert.match(fault, /^lib\/a\.js:2:\d+ does_not_load It cannot be loaded: RangeError: mine$/);
});

test("what the engine cannot compile is refused", async () => {
  const [fault = ""] = await publish({ "t.js": `${TASK}\nexport const pattern = /[z-a]/;\n` });
  assert.match(fault, /^t\.js:\d+:\d+ does_not_load It cannot be loaded: SyntaxError/);
});

test("a top level that loops is stopped and refused, and others are published", async () => {
  const told = await publish({ "t.js": `${TASK}\nfor (;;);\n`, "u.js": TASK.replace("task t", "task u") });
  assert.deepEqual(told.slice(0, 1), ["u"]);
  assert.match(told[1] ?? "", /^t\.js:\d+:\d+ does_not_load .*CPU/);
});

test("a top level that reads the input of its run, calls tools or waits is published", async () => {
  const files = {
    "t.js": `/** @task t */\nconst first = input.rows[0].id;\nexport default async () => first;\n`,
    "u.js": `/** @task u */\nconst rows = tools.supabase.from("t").select("*").eq("id", 1); tools.sleep(5);\nexport default async () => rows;\n`,
    "v.js": `/** @task v */\nconst later = new Promise((r) => setTimeout(r, 1000));\nexport default async () => later;\n`,
    "w.js": `/** @task w */\nconst m = context.tasks.require("./shared.js");\nmodule.exports = async () => m;\n`,
    "shared.js": "module.exports = 5;",
  };
  assert.deepEqual(await publish(files), ["t", "u", "v", "w"]);
});

test("the services whose calls are chains are those of a run", () => {
  const { name, chain, stems = [] } = createSupabase({ credentials: () => Promise.reject(new Error("none")) } as never);
  assert.ok(chain);
  assert.deepEqual(CHAINS, { chains: [name], stems: stems.map((link) => `${name}.${link}`) });
});

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { readConfiguration } from "../configuration.ts";
import { publishFolder } from "../publishing/publishFolder.ts";
import { withFolder } from "../publishing/testFolder.ts";
import { createAdviseTool } from "./adviseTool.ts";
import { openLoader } from "./openLoader.ts";
import { SAMPLE_TASKS } from "./sampleTasks.ts";

const advise = createAdviseTool(readConfiguration({}));

test("a misspelt tool is told with the nearest name, and a known one or the beginning of one is not", () => {
  const misspelt: [string, string][] = [
    ["slep", "Did you mean sleep?"],
    ["htpt", "Did you mean http?"],
    ["http.fech", "Did you mean http.fetch?"],
    ["gmail.users.messages.list", "Did you mean gapi.gmail.users.messages.list?"],
    ["gapi.gmail.users.messages.lst", "Did you mean tools.gapi.gmail.users.messages.list?"],
    ["gapi.gmial.users.messages.list", "Did you mean tools.gapi.gmail.users.messages.list?"],
    ["tasks.exec", "Did you mean tasks.execute?"],
  ];
  for (const [name, advice] of misspelt) assert.equal(advise(name), advice, name);
  assert.match(advise("quite.something.else") ?? "", /^Tools begin with http, /);
  assert.match(advise("gapi.gmail.nothing") ?? "", /tools\.gapi\.gmail has /);
  const known = [
    "sleep",
    "log",
    "log.info",
    "http",
    "http.fetch",
    "gapi",
    "gapi.gmail",
    "gapi.gmail.users",
    "gapi.drive.v2.files.list",
  ];
  const more = [
    "gapi.admin.directory.users.list",
    "gapi.admin.directory_v1.users",
    "gapi.authenticate",
    "supabase.from",
    "openai.chat",
    "tasks.execute",
    "keystore.get",
  ];
  for (const name of [...known, ...more]) assert.equal(advise(name), undefined, name);
});

test("each misspelling in a task is a warning with its line, and the task is published", async () => {
  const lines = [
    "/**",
    " * @tools htpt, sleep",
    " * @parm {string} input.x",
    " * @param {object} input",
    " * @param {strnig} input.a",
    " * @param {object input.b",
    " * @param {Invoice|Array<nubmer>} [input.c]",
    " */",
    "module.exports = async (input, { tools }) => {",
    "  await tools.slep(1);",
    "  return tools.gmail.users.messages.list({});",
    "};",
  ];
  const versions = { publish: () => Promise.resolve("published" as const) };
  const { tasks, problems, warnings } = await withFolder({ "a.js": lines.join("\n") }, (folder) =>
    publishFolder(folder, versions, openLoader, undefined, { adviseTool: advise }),
  );
  assert.deepEqual([tasks.length, problems], [1, []]);
  assert.deepEqual(
    warnings.map(({ line, code, message }) => `${line} ${code} ${/Did you mean .*/.exec(message)?.[0] ?? ""}`),
    [
      "2 unknown_tool Did you mean http?",
      "3 unknown_tag Did you mean @param?",
      "5 unknown_type Did you mean {string}?",
      "6 unclosed_type ",
      "7 unknown_type Did you mean {number}?",
      "10 unknown_tool Did you mean sleep?",
      "11 unknown_tool Did you mean gapi.gmail.users.messages.list?",
    ],
  );
});

test("the samples have no warnings", async () => {
  const folder = path.join(import.meta.dirname, "../tasks");
  const versions = { publish: () => Promise.resolve("published" as const) };
  const { warnings } = await publishFolder(folder, versions, openLoader, Object.keys(SAMPLE_TASKS), {
    adviseTool: advise,
  });
  assert.deepEqual(warnings, []);
});

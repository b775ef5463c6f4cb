import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSource } from "./parseSource.ts";
import { usedTools } from "./usedTools.ts";

function used(text: string): string[] {
  const parsed = parseSource(text, "a.ts");
  assert("program" in parsed, JSON.stringify(parsed));
  return [...usedTools(parsed.program).keys()].sort();
}

test("tools are seen through every way that leads to them", () => {
  const cases: [string, string[]][] = [
    ["tools.gapi.admin.directory.domains.list({})", ["gapi.admin.directory.domains.list"]],
    ["context.tools.openai.chat.completions.create()", ["openai.chat.completions.create"]],
    ["async function f(input, ctx) { await ctx.tools?.log?.('x') }", ["log"]],
    [
      "async function f(input, { tools }) { const { http: { fetch }, sleep } = tools; fetch(); sleep(1) }",
      ["http.fetch", "sleep"],
    ],
    ["function f(input, { tools: { websearch } }) { websearch.search() }", ["websearch.search"]],
    ["const admin = context.tools.gapi.admin; admin.users.list()", ["gapi.admin.users.list"]],
    ["export async function runTask(input, t) { await t.sleep(1) }", ["sleep"]],
    ["export async function runTask(input, { keystore }) { await keystore.get('x') }", ["keystore.get"]],
    ["tools.supabase.from('t').select('*').eq('id', 1)", ["supabase.from"]],
    ["urls.map(tools.http.fetch); tools['log']('x'); tools.http.fetch.bind(0)", ["http.fetch", "log"]],
    ["tools.gapi[service].list(); tools[name]()", ["*", "gapi.*.list"]],
    ["__callHostTool__('gapi', ['admin', 'domains', 'list'], [])", ["gapi.admin.domains.list"]],
    ["__callHostTool__('gapi', ['admin', name], []); __callHostTool__(name, [])", ["gapi.admin"]],
    ["tools.tasks.execute('echo', {}); tools.tasks.execute(name)", ["tasks.execute", 'tasks.execute("echo")']],
    ["const { tasks } = tools; tasks.execute('echo')", ['tasks.execute("echo")']],
  ];
  for (const [text, names] of cases) assert.deepEqual(used(text), names, text);
});

test("what only looks like a tool is none", () => {
  const text = `
    context.tasks.require("./x"); tools.then; await tools; my.toolbox.open(); "tools.log()"; // tools.log()
    const { other } = context; other(); ({ tools: 1 });`;
  assert.deepEqual(used(`async function f(context) { ${text} }`), []);
});

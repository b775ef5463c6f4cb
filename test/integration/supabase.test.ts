import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startPostgrest, type Postgrest } from "../../dev/standins/postgrest/postgrest.ts";
import type { RunReport } from "../../protocol/run.ts";
import { openLoader } from "../../cli/openLoader.ts";
import { publishFolder } from "../../publishing/publishFolder.ts";
import { isInternalActivity } from "../../protocol/names.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

const TASKS = path.join(import.meta.dirname, "../../tasks");

const CHAINS = `
module.exports = async function chains({ what }, { tools }) {
  const notes = tools.supabase.from("notes");
  const bySlug = (slug) => notes.select("slug").eq("slug", slug);
  switch (what) {
    case "write": {
      const rows = [{ slug: "a", title: "A", tags: ["t"], done: false }, { slug: "b", title: "B", tags: [], done: false }];
      return (await notes.upsert(rows, { onConflict: "slug" })).status;
    }
    case "long": {
      const query = notes.select("slug").gt("id", 0).neq("slug", "q").not("title", "is", null).is("done", false);
      query.or("slug.eq.a,slug.eq.b").in("slug", ["a", "b"]).ilike("title", "%A%").contains("tags", ["t"]);
      return (await query.order("id").limit(5)).data;
    }
    case "bulk": {
      const rows = Array.from({ length: 1000 }, (_, n) => ({ slug: "bulk-" + n, title: "x".repeat(100) }));
      await notes.upsert(rows, { onConflict: "slug", defaultToNull: false });
      return (await notes.select("*", { count: "exact", head: true }).like("slug", "bulk-%")).count;
    }
    case "refused":
      return notes.insert({ slug: "a", title: "A" }).catch(({ code, class: kind, message }) => ({ code, kind, message }));
    case "misspelt":
      return notes.selekt().then(() => "not refused", ({ code, message }) => [code, message]);
    case "promises": {
      const stored = bySlug("a");
      const count = tools.supabase.rpc("count_notes", {}, { get: true });
      const [a, b] = await Promise.all([stored, bySlug("b"), count]);
      const rows = await bySlug("a").then(({ data }) => data.length);
      notes.delete().eq("slug", "a");
      while ((await bySlug("a")).data.length > 0) await tools.sleep(10);
      return { slugs: [a.data[0].slug, b.data[0].slug], same: (await stored) === a, rows };
    }
  }
};`;

describe("tools.supabase in a run", () => {
  let stack: TestStack;
  let server: Postgrest;
  before(async () => {
    [stack, server] = await Promise.all([TestStack.start(), startPostgrest()]);
    await stack.publish({ "chains.js": CHAINS });
    const { problems } = await publishFolder(TASKS, stack.store.versions, openLoader, ["supabase-example"]);
    assert.deepEqual(problems, []);
    await stack.worker({ SUPABASE_URL: server.url, SUPABASE_SERVICE_ROLE_KEY: server.key });
  });
  after(async () => {
    await stack.stop();
    await server.stop();
  });

  /** Types of a run's activities, also of those that were made inside a workflow task; without the internal ones. */
  async function activities(taskRunId: string): Promise<string[]> {
    const { events } = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
    return (events ?? []).flatMap((event) => {
      const scheduled = event.activityTaskScheduledEventAttributes?.activityType?.name;
      const [marker] = event.markerRecordedEventAttributes?.details?.["data"]?.payloads ?? [];
      const local = marker && (JSON.parse(Buffer.from(marker.data ?? []).toString()) as { activity_type: string });
      const type = scheduled ?? local?.activity_type;
      return type === undefined || isInternalActivity(type) ? [] : [type];
    });
  }

  async function run(what: string): Promise<{ report: RunReport; result: unknown }> {
    const report = await stack.run("chains", { what });
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    return { report, result: report.result };
  }

  test("the example writes, reads, changes and removes its notes", async () => {
    const report = await stack.run("supabase-example");
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    const slug = (n: number): string => `${report.taskRunId}-${n}`;
    assert.deepEqual(report.result, {
      written: [slug(1), slug(2), slug(3)],
      open: [slug(1), slug(3), slug(2)],
      finished: [slug(1)],
      removed: 3,
      left: 0,
    });
  });

  test("a chain of eleven links is one activity and one request, and its record shows them all", async () => {
    await run("write");
    const before = server.log.length;
    const { report, result } = await run("long");
    assert.deepEqual(result, [{ slug: "a" }]);
    assert.equal(server.log.length, before + 1);
    assert.deepEqual(await activities(report.taskRunId), ["supabase.from"]);
    const [record, ...others] = await stack.store.runs.calls((await stack.store.runs.get(report.taskRunId))!);
    assert.deepEqual(others, []);
    assert.ok(record && "value" in record.args!);
    const links = record.args.value as { name: string; args: unknown[] }[];
    assert.deepEqual(links.slice(0, 3), [
      { name: "from", args: ["notes"] },
      { name: "select", args: ["slug"] },
      { name: "gt", args: ["id", 0] },
    ]);
    assert.equal(links.length, 12);
  });

  test("rows of more than a call carries inline go as one call too", async () => {
    const { report, result } = await run("bulk");
    assert.equal(result, 1000);
    assert.equal((await activities(report.taskRunId)).length, 2);
  });

  test("a refusal reaches the task with the server's code, details and hint, and is final", async () => {
    await run("write");
    const { report, result } = await run("refused");
    assert.deepEqual(result, {
      code: "supabase_23505",
      kind: "tool",
      message:
        'insert into notes: duplicate key value violates unique constraint "notes_slug_key". ' +
        "Details: Key (slug)=(a) already exists (23505, HTTP 409)",
    });
    assert.equal(report.calls[0]!.attempts, 1);
    const { result: misspelt } = await run("misspelt");
    assert.deepEqual(misspelt, [
      "unknown_tool",
      "supabase: there is no .selekt() after .from(). Did you mean .select()?",
    ]);
  });

  test("chains behave as promises: in parallel, awaited twice, followed by then, or never awaited", async () => {
    await run("write");
    const { result } = await run("promises");
    assert.deepEqual(result, { slugs: ["a", "b"], same: true, rows: 1 });
  });

  test("a key is in no history", async () => {
    const { report } = await run("long");
    const history = await stack.client.workflow.getHandle(report.taskRunId).fetchHistory();
    assert.ok(!JSON.stringify(history).includes(server.key));
  });
});

describe("tools.supabase when its worker is killed", () => {
  test("in the middle of a read, the read is made again and the run goes on", async () => {
    const [stack, server] = await Promise.all([TestStack.start(), startPostgrest()]);
    try {
      await stack.publish({ "chains.js": CHAINS });
      const settings = { SUPABASE_URL: server.url, SUPABASE_SERVICE_ROLE_KEY: server.key };
      const first = await stack.workerProcess(settings);
      assert.equal((await stack.run("chains", { what: "write" })).result, 201);
      const before = server.log.length;
      server.fail({ kind: "hang" });
      const run = await stack.start("chains", { what: "long" });
      await eventually(() => Promise.resolve(server.log.length > before));
      await first.kill();
      const second = await stack.workerProcess(settings);
      const report = await stack.tasker.result(run);
      assert.deepEqual(report.result, [{ slug: "a" }]);
      assert.equal(server.log.length, before + 2);
      await second.kill();
    } finally {
      await stack.stop();
      await server.stop();
    }
  });
});

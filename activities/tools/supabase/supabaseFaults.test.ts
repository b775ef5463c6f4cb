import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { eventually } from "../../../test/support/eventually.ts";
import { startServer } from "../http/httpFixture.ts";
import { startPostgrest, type Fault, type Postgrest } from "../../../dev/standins/postgrest/postgrest.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import type { Service } from "../service.ts";
import { ask, failure, type Chained } from "./supabaseFixture.ts";
import { createSupabase } from "./supabase.ts";

const select = (s: Chained): Chained => s.from("notes").select();
const insert = (s: Chained): Chained => s.from("notes").insert({ slug: "a", title: "A" });
const upsert = (s: Chained): Chained => s.from("notes").upsert({ slug: "a", title: "A" }, { onConflict: "slug" });
const update = (s: Chained): Chained => s.from("notes").update({ done: true }).eq("slug", "a");
const remove = (s: Chained): Chained => s.from("notes").delete().eq("slug", "a").select();

function json(status: number, body: unknown, headers = {}): Fault {
  return { kind: "answer", answer: { status, headers, body: JSON.stringify(body) } };
}

describe("supabase, when something is wrong", () => {
  let server: Postgrest;
  let service: Service;
  before(async () => {
    server = await startPostgrest();
    service = serviceFor(server.url, () => server.key);
  });
  after(async () => {
    await service.close?.();
    await server.stop();
  });
  beforeEach(async () => {
    await ask(service, (s) => s.from("notes").delete().gt("id", 0));
  });

  function serviceFor(url: string | undefined, key: () => string | undefined, timeoutMs = 60_000): Service {
    const credentials = { get: () => Promise.resolve(key()), forget: () => undefined };
    return createSupabase({ credentials, url, timeoutMs });
  }

  async function outcome(fault: Fault, write: (s: Chained) => Chained): Promise<[string, boolean]> {
    const before = server.log.length;
    server.fail(fault);
    const { error, retryable } = await failure(service, write);
    assert.equal(server.log.length, before + 1, "one attempt is one request");
    return [error.code, retryable];
  }

  async function slugs(): Promise<unknown> {
    return (await ask(service, (s) => s.from("notes").select("slug"))).data;
  }

  it("says which credential is missing and where to put it", async () => {
    const noUrl = await failure(
      serviceFor(undefined, () => "key"),
      select,
    );
    assert.deepEqual([noUrl.error.code, noUrl.error.class, noUrl.retryable], ["credentials_missing", "tool", false]);
    assert.match(noUrl.error.message, /SUPABASE_URL is not set/);
    for (const key of [undefined, "", " \n"]) {
      const noKey = await failure(
        serviceFor(server.url, () => key),
        select,
      );
      assert.equal(noKey.error.code, "credentials_missing");
      assert.match(noKey.error.message, /npm run keystore -- set supabase --namespace services/);
    }
  });

  it("says so when the key is refused, without the key", async () => {
    for (const key of ["sb_secret_wrong", "two\nlines", "schlüssel"]) {
      const { error, retryable } = await failure(
        serviceFor(server.url, () => key),
        insert,
      );
      assert.deepEqual([error.code, retryable], ["credentials_invalid", false]);
      assert.ok(!error.message.includes(key));
    }
    const expired = { code: "PGRST303", message: "JWT expired", details: null, hint: null };
    server.fail(json(401, expired));
    const { error } = await failure(service, select);
    assert.equal(error.code, "credentials_invalid");
    assert.match(error.message, /JWT expired.*clock/s);
    server.fail(json(401, { code: "42501", message: "permission denied for table notes" }));
    assert.equal((await failure(service, select)).error.code, "supabase_42501");
  });

  it("asks once more with a key that was replaced meanwhile", async () => {
    const keys = ["sb_secret_old", server.key];
    let forgotten = 0;
    const credentials = { get: () => Promise.resolve(keys[forgotten]), forget: () => (forgotten += 1) };
    const rotated = createSupabase({ credentials, url: server.url });
    assert.equal((await ask(rotated, insert)).status, 201);
    assert.equal(forgotten, 1);
    await rotated.close?.();
  });

  it("tries a read again after whatever may pass", async () => {
    const page = "<html>Bad gateway</html>";
    assert.deepEqual(await outcome({ kind: "cut" }, select), ["supabase_connection_lost", true]);
    assert.deepEqual(await outcome({ kind: "answer", answer: { status: 502, body: page } }, select), [
      "supabase_http_502",
      true,
    ]);
    assert.deepEqual(await outcome(json(500, {}), select), ["supabase_http_500", true]);
    assert.deepEqual(await outcome(json(503, { code: "08006", message: "gone" }), select), ["supabase_08006", true]);
    assert.deepEqual(await outcome(json(503, { code: "PGRST001", message: "gone" }), select), [
      "supabase_pgrst001",
      true,
    ]);
  });

  it("does not try again what would fail again", async () => {
    const late = { code: "57014", message: "canceling statement due to statement timeout" };
    assert.deepEqual(await outcome(json(500, late), select), ["supabase_57014", false]);
    assert.deepEqual(await outcome(json(500, { code: "XX000", message: "bug" }), select), ["supabase_xx000", false]);
    assert.deepEqual(await outcome(json(400, { message: "no" }), select), ["supabase_http_400", false]);
  });

  it("waits as long as it is told to when there were too many requests, for nothing was done", async () => {
    for (const write of [select, insert]) {
      server.fail(json(429, { message: "slow down" }, { "retry-after": "7" }));
      const { error, retryable, retryAfterMs } = await failure(service, write);
      assert.deepEqual([error.code, retryable, retryAfterMs], ["supabase_http_429", true, 7000]);
    }
  });

  it("never makes an insert again that may have happened, and says that it may", async () => {
    assert.deepEqual(await outcome({ kind: "cut-after" }, insert), ["supabase_outcome_unknown", false]);
    assert.deepEqual(await slugs(), [{ slug: "a" }]);
    assert.deepEqual(await outcome({ kind: "cut-after" }, remove), ["supabase_outcome_unknown", false]);
    assert.deepEqual(await slugs(), []);
    assert.deepEqual(await outcome(json(504, {}), insert), ["supabase_outcome_unknown", false]);
    assert.deepEqual(await outcome(json(503, { code: "08006" }), insert), ["supabase_outcome_unknown", false]);
    server.fail({ kind: "cut" });
    const { error } = await failure(service, insert);
    assert.match(error.message, /insert into notes may have happened or not/);
  });

  it("tries an effect again that is the same when done twice", async () => {
    assert.deepEqual(await outcome({ kind: "cut-after" }, upsert), ["supabase_connection_lost", true]);
    assert.equal((await ask(service, upsert)).status, 200);
    assert.deepEqual(await slugs(), [{ slug: "a" }]);
    assert.deepEqual(await outcome({ kind: "cut-after" }, update), ["supabase_connection_lost", true]);
    assert.deepEqual(await outcome(json(504, {}), update), ["supabase_http_504", true]);
  });

  it("tries every effect again that cannot have happened", async () => {
    for (const code of ["PGRST000", "PGRST002", "PGRST003", "40001", "40P01", "53300"]) {
      assert.deepEqual(await outcome(json(503, { code, message: "later" }), insert), [
        `supabase_${code.toLowerCase()}`,
        true,
      ]);
    }
    const gone = await startPostgrest();
    await gone.stop();
    const unreachable = serviceFor(gone.url, () => server.key);
    const { error, retryable } = await failure(unreachable, insert);
    assert.deepEqual([error.code, retryable], ["supabase_unreachable", true]);
    await unreachable.close?.();
  });

  it("says that a host does not exist, once", async () => {
    const nowhere = serviceFor("https://project.invalid", () => "key");
    const { error, retryable } = await failure(nowhere, select);
    // Without a name server the name cannot be looked up, and that may pass.
    assert.equal(error.code, "supabase_unreachable");
    assert.equal(retryable, /EAI_AGAIN/.test(error.message));
    await nowhere.close?.();
  });

  it("gives up a server that hangs", async () => {
    const hasty = serviceFor(server.url, () => server.key, 50);
    server.fail({ kind: "hang" }, { kind: "hang" }, { kind: "hang" });
    const read = await failure(hasty, select);
    assert.deepEqual([read.error.code, read.retryable], ["supabase_timeout", true]);
    assert.match(read.error.message, /did not answer to select from notes within 50 ms/);
    const effect = await failure(hasty, insert);
    assert.deepEqual([effect.error.code, effect.retryable], ["supabase_outcome_unknown", false]);
    assert.deepEqual((await failure(hasty, upsert)).retryable, true);
    await hasty.close?.();
  });

  it("ends at once when the call is cancelled", async () => {
    const controller = new AbortController();
    const reason = new Error("cancelled");
    server.fail({ kind: "hang" });
    const before = server.log.length;
    const asked = ask(service, select, { signal: controller.signal });
    await eventually(() => Promise.resolve(server.log.length > before));
    controller.abort(reason);
    await assert.rejects(asked, (error) => error === reason);
  });

  it("takes an answer of up to the limit, and refuses one past it as a limit", async () => {
    const row = (bytes: number): string => JSON.stringify([{ a: "x".repeat(bytes - '[{"a":""}]'.length) }]);
    server.fail({ kind: "answer", answer: { body: row(LIMITS.resultBytes) } });
    assert.equal(JSON.stringify((await ask(service, select)).data).length, LIMITS.resultBytes);
    server.fail({ kind: "answer", answer: { body: row(LIMITS.resultBytes + 1) } });
    const read = await failure(service, select);
    assert.deepEqual([read.error.code, read.error.class, read.retryable], ["supabase_too_large", "limit", false]);
    assert.match(read.error.message, /\.limit\(\)/);
    server.fail({ kind: "answer", answer: { body: row(LIMITS.resultBytes + 1) } });
    assert.match((await failure(service, insert)).error.message, /What it changed stays changed/);
  });

  it("does not take what is not JSON for an answer", async () => {
    for (const body of ["<html>dashboard</html>", "[1,"]) {
      server.fail({ kind: "answer", answer: { body } });
      const { error, retryable } = await failure(service, select);
      assert.deepEqual([error.code, retryable], ["supabase_bad_answer", false]);
      assert.match(error.message, /not JSON.*Is SUPABASE_URL right\?/s);
    }
    server.fail({ kind: "answer", answer: { body: "<html>" } });
    const stored = await failure(service, (s) => s.storage.listBuckets());
    assert.equal(stored.error.code, "supabase_bad_answer");
  });

  it("follows no redirect, for the key would go along", async (t) => {
    const elsewhere = await startServer((_, response) => response.end("[]"));
    t.after(() => elsewhere.close());
    server.fail({ kind: "answer", answer: { status: 307, headers: { location: elsewhere.origin } } });
    const { error } = await failure(service, select);
    assert.equal(error.code, "supabase_bad_answer");
    assert.match(error.message, /a redirect \(307\) to http/);
    assert.equal(elsewhere.connections(), 0);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { startPostgrest, type Postgrest } from "./postgrest.ts";
import type { Schema } from "./schema.ts";

const SCHEMA: Schema = {
  teams: {
    primaryKey: "id",
    columns: { id: { type: "integer", required: true }, name: { type: "text", required: true } },
    rows: [
      { id: 1, name: "red" },
      { id: 2, name: "blue" },
    ],
  },
  players: {
    primaryKey: "id",
    unique: ["nick"],
    columns: {
      id: { type: "integer", required: true, default: { by: "identity" } },
      nick: { type: "text", required: true },
      team_id: { type: "integer", references: "teams" },
      score: { type: "number" },
      active: { type: "boolean", default: { value: true } },
      joined: { type: "timestamptz" },
    },
    rows: [
      { nick: "ann", team_id: 1, score: 1.5, joined: "2026-01-01T00:00:00Z" },
      { nick: "Bob", team_id: 1, score: null, active: false },
      { nick: "c%d", team_id: null, score: 3 },
    ],
  },
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the library calls a database of unknown tables.
type AnyDatabase = SupabaseClient<any, any>;

interface Got {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** What only PostgREST itself could vouch for is as its documentation says: https://docs.postgrest.org/en/stable/ */
describe("the stand-in of PostgREST", () => {
  let server: Postgrest;
  let client: AnyDatabase;
  before(async () => {
    server = await startPostgrest({ schema: SCHEMA, maxRows: 3 });
    client = createClient(server.url, server.key, { accessToken: () => Promise.resolve(server.key) });
  });
  after(() => server.stop());

  async function nicks(query: string): Promise<unknown> {
    const { body } = await get(`players?select=nick&${query}`);
    return Array.isArray(body) ? body.map(({ nick }: { nick: string }) => nick) : body;
  }

  async function send(method: string, path: string, headers = {}, body?: unknown): Promise<Got> {
    const response = await fetch(`${server.url}/rest/v1/${path}`, {
      method,
      headers: { apikey: server.key, authorization: `Bearer ${server.key}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json(), headers: response.headers };
  }

  const get = (path: string, headers = {}): Promise<Got> => send("GET", path, headers);

  it("compares as Postgres does: by type, by case, and with nulls that equal nothing", async () => {
    assert.deepEqual(await nicks("score=gt.1"), ["ann", "c%d"]);
    assert.deepEqual(await nicks("score=not.gt.1"), []);
    assert.deepEqual(await nicks("score=isdistinct.3"), ["ann", "Bob"]);
    assert.deepEqual(await nicks("nick=like.b*"), []);
    assert.deepEqual(await nicks("nick=ilike.b*"), ["Bob"]);
    assert.deepEqual(await nicks("nick=like.c\\%25_"), ["c%d"]);
    assert.deepEqual(await nicks("nick=match.^[a-c]"), ["ann", "c%d"]);
    assert.deepEqual(await nicks("active=is.false"), ["Bob"]);
    assert.deepEqual(await nicks("joined=lt.2026-01-01T00:30:00%2B01:00"), []);
    assert.deepEqual(await nicks("joined=eq.2026-01-01T01:00:00%2B01:00"), ["ann"]);
  });

  it("reads trees of conditions", async () => {
    assert.deepEqual(await nicks("or=(nick.eq.ann,and(active.is.true,score.gt.2))"), ["ann", "c%d"]);
    assert.deepEqual(await nicks('not.or=(nick.in.(ann,"x,y"),score.is.null)'), ["c%d"]);
    assert.deepEqual(await nicks("or=(not.and(id.gt.1,id.lt.3),id.eq.2)&order=nick.desc"), ["c%d", "ann", "Bob"]);
    assert.match(JSON.stringify(await nicks("or=nonsense")), /PGRST100/);
  });

  it("orders nulls as Postgres does", async () => {
    assert.deepEqual(await nicks("order=score"), ["ann", "c%d", "Bob"]);
    assert.deepEqual(await nicks("order=score.desc"), ["Bob", "c%d", "ann"]);
    assert.deepEqual(await nicks("order=score.desc.nullslast,nick"), ["c%d", "ann", "Bob"]);
  });

  it("renames, casts and embeds what is selected", async () => {
    const { data } = await client.from("teams").select("team:name,players(nick,id::text)").order("id");
    assert.deepEqual(data, [
      {
        team: "red",
        players: [
          { nick: "ann", id: "1" },
          { nick: "Bob", id: "2" },
        ],
      },
      { team: "blue", players: [] },
    ]);
    const inner = await client.from("players").select("nick,teams!inner(name)").eq("score", 1.5);
    assert.deepEqual(inner.data, [{ nick: "ann", teams: { name: "red" } }]);
    assert.deepEqual((await client.from("players").select("nick,teams!inner(*)").eq("nick", "c%d")).data, []);
    assert.equal((await get("teams?select=name,nothing(*)")).status, 400);
  });

  it("counts, pages and caps rows", async () => {
    const { headers, status } = await get("players?limit=1&offset=1", { prefer: "count=exact" });
    assert.deepEqual([status, headers.get("content-range")], [206, "1-1/3"]);
    const past = await get("players?offset=4", { prefer: "count=exact" });
    assert.deepEqual([past.status, (past.body as { code: string }).code], [416, "PGRST103"]);
    await client.from("players").insert({ nick: "dee" });
    assert.equal((await client.from("players").select()).data?.length, 3);
    await client.from("players").delete().eq("nick", "dee");
  });

  it("answers in the media type that is asked for", async () => {
    assert.equal((await client.from("teams").select().csv()).data, "id,name\n1,red\n2,blue");
    const stripped = await client.from("players").select("nick,score").eq("nick", "Bob").stripNulls();
    assert.deepEqual(stripped.data, [{ nick: "Bob" }]);
    const many = await client.from("teams").select().single();
    assert.deepEqual([many.status, many.error?.code], [406, "PGRST116"]);
  });

  it("undoes a write that breaks a constraint or what was asked of its answer", async () => {
    const cases = [
      [client.from("players").insert([{ nick: "x" }, { nick: "ann" }]), 409, "23505"],
      [client.from("players").insert({ nick: "x", team_id: 9 }), 409, "23503"],
      [client.from("players").insert({ nick: null }), 400, "23502"],
      [client.from("players").insert({ nick: "x", nope: 1 }), 400, "PGRST204"],
      [client.from("players").insert({ nick: "x", score: "much" }), 400, "22P02"],
      [client.from("players").update({ score: 9 }).gt("id", 0).select().single(), 406, "PGRST116"],
      [client.from("players").delete(), 400, "21000"],
    ] as const;
    for (const [query, status, code] of cases) {
      const answer = await query;
      assert.deepEqual([answer.status, answer.error?.code], [status, code]);
    }
    const prefer = "handling=strict, max-affected=2";
    assert.equal((await send("PATCH", "players?id=gt.0", { prefer }, { score: 9 })).status, 400);
    const { data } = await client.from("players").select("nick,score");
    assert.deepEqual(data, [
      { nick: "ann", score: 1.5 },
      { nick: "Bob", score: null },
      { nick: "c%d", score: 3 },
    ]);
  });

  it("merges only the columns that were sent, and leaves duplicates alone when told to", async () => {
    const merged = await client.from("players").upsert({ nick: "ann", score: 2 }, { onConflict: "nick" }).select();
    assert.deepEqual([merged.status, merged.data?.length], [200, 1]);
    assert.deepEqual(merged.data?.[0], { ...merged.data?.[0], nick: "ann", team_id: 1, score: 2 });
    const options = { onConflict: "nick", ignoreDuplicates: true };
    const ignored = await client.from("players").upsert({ nick: "ann", score: 7 }, options).select();
    assert.deepEqual(ignored.data, []);
    await client.from("players").update({ score: 1.5 }).eq("nick", "ann");
    const unknown = await client.from("players").upsert({ nick: "ann" }, { onConflict: "score" });
    assert.equal(unknown.error?.code, "42P10");
  });

  it("refuses a wrong key as the gateway does", async () => {
    assert.equal((await get("teams", { apikey: "wrong" })).status, 401);
    assert.equal((await fetch(`${server.url}/rest/v1/teams`)).status, 401);
  });

  it("says what it does not know instead of answering something else", async () => {
    for (const query of ["nick=fts.word", "data->a=eq.1", "select=id::int8"]) {
      const { status, body } = await get(`players?${query}`);
      assert.equal(status, 501, JSON.stringify(body));
    }
  });
});

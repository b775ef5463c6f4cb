import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, beforeEach, describe, it } from "node:test";
import { startPostgrest, type Postgrest } from "../../../dev/standins/postgrest/postgrest.ts";
import type { Schema } from "../../../dev/standins/postgrest/schema.ts";
import { methodFacts } from "../methodFacts.ts";
import type { Service } from "../service.ts";
import { ask, failure, record } from "./supabaseFixture.ts";
import { createSupabase } from "./supabase.ts";

const SCHEMA: Schema = {
  authors: {
    primaryKey: "id",
    columns: { id: { type: "integer", required: true }, name: { type: "text", required: true } },
    rows: [
      { id: 1, name: "Ada" },
      { id: 2, name: "Grace, the second" },
    ],
  },
  books: {
    primaryKey: "id",
    unique: ["isbn"],
    columns: {
      id: { type: "integer", required: true, default: { by: "identity" } },
      isbn: { type: "text", required: true },
      author_id: { type: "integer", references: "authors" },
      tags: { type: "text[]", required: true, default: { value: [] } },
      facts: { type: "jsonb" },
    },
  },
};

const BOOKS = [
  { isbn: 'a",b', author_id: 1, tags: ["x", "y,z"], facts: { pages: 3, kinds: ["new"] } },
  { isbn: "b", author_id: 2, tags: ['"', "\\"], facts: null },
  { isbn: "(c)", author_id: null, tags: [""], facts: { pages: 4 } },
];

describe("supabase", () => {
  let server: Postgrest;
  let service: Service;
  before(async () => {
    server = await startPostgrest({ schema: SCHEMA, buckets: { files: { "a.txt": 1, "d/b.txt": 2 } } });
    const credentials = { get: () => Promise.resolve(server.key), forget: () => undefined };
    service = createSupabase({ credentials, url: server.url });
  });
  after(async () => {
    await service.close?.();
    await server.stop();
  });
  beforeEach(async () => {
    await ask(service, (s) => s.from("books").delete().gt("id", 0));
    await ask(service, (s) => s.from("books").insert(BOOKS));
  });

  async function isbns(write: Parameters<typeof ask>[1]): Promise<unknown[]> {
    const { data } = await ask(service, write);
    return (data as unknown as { isbn: string }[]).map(({ isbn }) => isbn);
  }

  it("answers what supabase-js does when all went well", async () => {
    assert.deepEqual(
      await ask(service, (s) => s.from("authors").select("id").order("id", { ascending: false }).limit(1)),
      {
        ...{ data: [{ id: 2 }], error: null, count: null, status: 200, statusText: "OK" },
      },
    );
    const counted = await ask(service, (s) => s.from("authors").select("*", { count: "exact", head: true }));
    assert.deepEqual([counted.data, counted.count], [null, 2]);
    const page = await ask(service, (s) =>
      s.from("books").select("isbn", { count: "exact" }).order("isbn").range(1, 1),
    );
    assert.deepEqual([page.data, page.count, page.status], [[{ isbn: 'a",b' }], 3, 206]);
  });

  it("sends every filter of a long chain in one request", async () => {
    const before = server.log.length;
    const found = await isbns((s) =>
      s
        .from("books")
        .select("isbn")
        .gt("id", 0)
        .neq("isbn", "q")
        .not("author_id", "is", null)
        .is("facts", null)
        .or("isbn.eq.b,isbn.eq.q")
        .in("author_id", [1, 2])
        .ilike("isbn", "B%")
        .filter("isbn", "eq", "b")
        .match({ author_id: 2 })
        .order("id")
        .limit(5)
        .throwOnError(),
    );
    assert.deepEqual(found, ["b"]);
    assert.equal(server.log.length, before + 1);
  });

  it("compares with exactly the values that it was given, whatever characters they hold", async () => {
    for (const { isbn } of BOOKS) {
      assert.deepEqual(await isbns((s) => s.from("books").select("isbn").eq("isbn", isbn)), [isbn]);
      assert.deepEqual(await isbns((s) => s.from("books").select("isbn").in("isbn", [isbn, ""])), [isbn]);
    }
    // As the library writes it, the first value would end at its quote, and b would be found.
    assert.deepEqual(await isbns((s) => s.from("books").select("isbn").in("isbn", ['x","b'])), []);
    assert.deepEqual(await isbns((s) => s.from("books").select("isbn").notIn("isbn", ['a",b', "(c)"])), ["b"]);
    for (const { isbn, tags } of BOOKS) {
      assert.deepEqual(await isbns((s) => s.from("books").select("isbn").contains("tags", tags)), [isbn]);
      assert.deepEqual(await isbns((s) => s.from("books").select("isbn").containedBy("tags", tags)), [isbn]);
      assert.deepEqual(
        await isbns((s) =>
          s
            .from("books")
            .select("isbn")
            .overlaps("tags", [...tags, "q"]),
        ),
        [isbn],
      );
    }
    assert.deepEqual(
      await isbns((s) =>
        s
          .from("books")
          .select("isbn")
          .contains("facts", { kinds: ["new"] }),
      ),
      ['a",b'],
    );
    assert.deepEqual(await isbns((s) => s.from("books").select("isbn").likeAnyOf("isbn", ["(%", "a%,b"])), [
      'a",b',
      "(c)",
    ]);
  });

  it("inserts, merges, updates and deletes, and answers the rows when it is asked for them", async () => {
    const one = await ask(service, (s) => s.from("books").insert({ isbn: "d" }).select("isbn,tags").single());
    assert.deepEqual([one.data, one.status], [{ isbn: "d", tags: [] }, 201]);
    const merged = await ask(service, (s) =>
      s.from("books").upsert({ isbn: "d", author_id: 1 }, { onConflict: "isbn" }).select("author_id"),
    );
    assert.deepEqual(merged.data, [{ author_id: 1 }]);
    assert.equal((await ask(service, (s) => s.from("books").update({ author_id: 2 }).eq("isbn", "d"))).data, null);
    const removed = await ask(service, (s) => s.from("books").delete().eq("isbn", "d").select("author:authors(name)"));
    assert.deepEqual(removed.data, [{ author: { name: "Grace, the second" } }]);
    const none = await ask(service, (s) => s.from("books").select().eq("isbn", "d").maybeSingle());
    assert.equal(none.data, null);
  });

  it("lists files, and answers storage's own facts about them", async () => {
    const listed = await ask(service, (s) =>
      s.storage.from("files").list("", { sortBy: { column: "name", order: "asc" } }),
    );
    assert.deepEqual(
      [(listed.data as { name: string }[]).map(({ name }) => name), listed.error],
      [["a.txt", "d"], null],
    );
    assert.equal(listed.status, undefined);
    const url = await ask(service, (s) => s.storage.from("files").createSignedUrl("d/b.txt", 60));
    assert.match(
      (url.data as { signedUrl: string }).signedUrl,
      new RegExp(`^${server.url}/storage/v1/object/sign/files/d/b.txt`),
    );
    const missing = await failure(service, (s) => s.storage.from("files").info("no.txt"));
    assert.equal(missing.error.code, "supabase_http_404");
    assert.match(missing.error.message, /^storage info of files: Object not found/);
  });

  it("rejects with the server's own code, message, details and hint", async () => {
    const duplicate = await failure(service, (s) => s.from("books").insert({ isbn: "b" }));
    assert.deepEqual(duplicate, {
      retryable: false,
      error: {
        code: "supabase_23505",
        class: "tool",
        message:
          'insert into books: duplicate key value violates unique constraint "books_isbn_key". ' +
          "Details: Key (isbn)=(b) already exists (23505, HTTP 409)",
      },
    });
    const cases: [string, RegExp, Parameters<typeof ask>[1]][] = [
      ["supabase_pgrst205", /Hint: Perhaps you meant the table 'public\.books'/, (s) => s.from("booklets").select()],
      ["supabase_42703", /column books\.nope does not exist/, (s) => s.from("books").select("nope")],
      ["supabase_22p02", /invalid input syntax for type integer: "x"/, (s) => s.from("books").select().eq("id", "x")],
      ["supabase_pgrst116", /The result contains 3 rows/, (s) => s.from("books").select().single()],
      ["supabase_pgrst116", /3 rows/, (s) => s.from("books").select().maybeSingle()],
      ["supabase_pgrst202", /Could not find the function public\.f/, (s) => s.rpc("f", { a: 1 })],
      ["supabase_http_404", /without it one does/, (s) => s.from("boks").select("*", { head: true })],
    ];
    for (const [code, message, write] of cases) {
      const { error, retryable } = await failure(service, write);
      assert.deepEqual([error.code, error.class, retryable], [code, "tool", false]);
      assert.match(error.message, message);
    }
  });

  it("tells the database which call an effect is, and does so for effects only", async () => {
    await ask(service, (s) => s.from("books").insert({ isbn: "e" }), { idempotencyKey: "run:7" });
    assert.equal(server.log.at(-1)?.headers["idempotency-key"], "run:7");
    await ask(service, (s) => s.from("books").select());
    assert.equal(server.log.at(-1)?.headers["idempotency-key"], undefined);
  });

  it("tells the registry its kind, its time and a summary of the whole chain", () => {
    const { path, args, links } = record((s) => s.from("books").delete().eq("isbn", "secret"));
    const facts = methodFacts(service.method(path)!, args, links);
    assert.deepEqual(facts, { kind: "effect", summary: "delete from books", timeouts: { startToCloseMs: 70_000 } });
    assert.equal(service.chain, true);
    assert.equal(service.method(["auth"]), undefined);
  });

  it("leaves nothing behind that keeps a process alive", async () => {
    const script = `
      import { createSupabase } from ${JSON.stringify(new URL("./supabase.ts", import.meta.url).href)};
      const service = createSupabase({ url: process.env.URL, credentials: { get: async () => process.env.KEY, forget() {} } });
      const context = { links: [{ name: "select", args: [] }], signal: new AbortController().signal };
      await service.method(["from"]).call(["authors"], context);
      await service.close();`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
      env: { URL: server.url, KEY: server.key },
      stdio: ["ignore", "ignore", "inherit"],
    });
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });
});

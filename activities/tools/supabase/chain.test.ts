import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TaskerError } from "../../../protocol/errors.ts";
import { parseChain, type Chain } from "./chain.ts";
import { record, type Chained } from "./supabaseFixture.ts";

function parse(write: (supabase: Chained) => Chained): Chain {
  const { path, args, links } = record(write);
  return parseChain(path, args, links);
}

function refused(write: (supabase: Chained) => Chained): { code: string; message: string } {
  try {
    parse(write);
  } catch (error) {
    assert(error instanceof TaskerError);
    assert.equal(error.class, "guest");
    return error;
  }
  assert.fail("the chain should have been refused");
}

describe("a chain of supabase", () => {
  it("reads when it selects, lists files or calls a function by get, and has an effect otherwise", () => {
    const kinds: [string, (supabase: Chained) => Chained][] = [
      ["read", (s) => s.from("t").select("*").eq("id", 1)],
      ["read", (s) => s.schema("x").from("t").select()],
      ["read", (s) => s.rpc("f", { a: 1 }, { get: true })],
      ["read", (s) => s.rpc("f", {}, { head: true })],
      ["read", (s) => s.storage.from("b").list()],
      ["read", (s) => s.storage.listBuckets()],
      ["effect", (s) => s.rpc("f")],
      ["effect", (s) => s.from("t").insert({ a: 1 }).select()],
      ["effect", (s) => s.from("t").upsert({ a: 1 })],
      ["effect", (s) => s.from("t").update({ a: 1 }).eq("id", 1)],
      ["effect", (s) => s.schema("x").from("t").delete().eq("id", 1)],
    ];
    for (const [kind, write] of kinds) assert.equal(parse(write).kind, kind, String(write));
  });

  it("is summed up without a value", () => {
    assert.equal(parse((s) => s.from("notes").select("*").eq("title", "secret")).summary, "select from notes");
    assert.equal(parse((s) => s.schema("x").from("notes").insert({ title: "secret" })).summary, "insert into x.notes");
    assert.equal(parse((s) => s.from("notes").update({ title: "secret" })).summary, "update notes");
    assert.equal(parse((s) => s.rpc("add", { title: "secret" })).summary, "rpc add");
    assert.equal(parse((s) => s.storage.from("files").list("secret")).summary, "storage list of files");
  });

  it("may be repeated only where the second time leaves the same rows and gives the same answer", () => {
    const row = { slug: "a", title: "A" };
    const repeatable: [boolean, (supabase: Chained) => Chained][] = [
      [true, (s) => s.from("t").upsert(row, { onConflict: "slug" }).select()],
      [true, (s) => s.from("t").upsert([row, row], { onConflict: "slug, title" })],
      [true, (s) => s.from("t").update(row).eq("id", 1)],
      [true, (s) => s.from("t").delete().eq("id", 1)],
      [false, (s) => s.from("t").upsert(row)],
      [false, (s) => s.from("t").upsert([row, { slug: null, title: "B" }], { onConflict: "slug" })],
      [false, (s) => s.from("t").upsert(row, { onConflict: "slug,lang" })],
      [false, (s) => s.from("t").upsert(row, { onConflict: "slug", ignoreDuplicates: true })],
      [false, (s) => s.from("t").insert(row)],
      [false, (s) => s.from("t").update(row, { count: "exact" }).eq("id", 1)],
      [false, (s) => s.from("t").update(row).eq("title", "B").select()],
      [false, (s) => s.from("t").delete().eq("id", 1).select()],
      [false, (s) => s.from("t").delete({ count: "exact" }).eq("id", 1)],
      [false, (s) => s.from("t").delete().gt("id", 1).order("id").limit(1)],
      [false, (s) => s.rpc("f")],
    ];
    for (const [expected, write] of repeatable) assert.equal(parse(write).repeatable, expected, String(write));
  });

  it("rejects an unknown link with the nearest name, or with what may follow", () => {
    const cases: [(supabase: Chained) => Chained, RegExp][] = [
      [(s) => s.from("t").selekt(), /there is no \.selekt\(\) after \.from\(\)\. Did you mean \.select\(\)\?/],
      [(s) => s.from("t").select().eqq("a", 1), /Did you mean \.eq\(\)\?/],
      [(s) => s.from("t").select().insert({}), /\.insert\(\) goes right after \.from\(\)/],
      [(s) => s.from("t").subscribe(), /There \.select\(\), \.insert\(\), .* may follow/],
      [(s) => s.storage.from("b").upload("x", "y"), /There \.list\(\), \.info\(\), .* may follow/],
      [(s) => s.storage.listBuckets().eq("a", 1), /Nothing may follow/],
    ];
    for (const [write, message] of cases) {
      const error = refused(write);
      assert.equal(error.code, "unknown_tool");
      assert.match(error.message, message);
    }
  });

  it("reaches nothing of the client library that is not on the list", () => {
    const names = [
      "constructor",
      "__proto__",
      "then",
      "toString",
      "setHeader",
      "abortSignal",
      "url",
      "headers",
      "fetch",
    ];
    for (const name of [...names, "auth", "realtime", "channel", "functions", "explain", "rollback"]) {
      const link = { name, args: [] };
      assert.throws(() => parseChain(["from"], ["t"], [link]), { code: "unknown_tool" }, name);
      assert.throws(
        () => parseChain(["from"], ["t"], [{ name: "select", args: [] }, link]),
        { code: "unknown_tool" },
        name,
      );
      assert.throws(() => parseChain(["storage", "from"], ["b"], [link]), { code: "unknown_tool" }, name);
      assert.throws(() => parseChain(["schema"], ["x"], [link]), { code: "unknown_tool" }, name);
    }
  });

  it("ends where something can be awaited", () => {
    assert.match(refused((s) => s.from("t")).message, /cannot end with \.from\(\): call \.select\(\)/);
    assert.match(refused((s) => s.schema("x")).message, /cannot end with \.schema\(\)/);
    assert.match(refused((s) => s.storage.from("b")).message, /call \.list\(\)/);
  });

  it("keeps a name inside its one segment of the URL", () => {
    const names = [
      "../auth/v1/admin/users",
      "..",
      ".",
      "a/b",
      "a\\b",
      "a?x=1",
      "a#b",
      "%2e%2e",
      ".\t.",
      "a\nb",
      "",
      " ",
      7,
    ];
    for (const name of names) {
      assert.equal(refused((s) => s.from(name).select()).code, "invalid_argument", JSON.stringify(name));
      assert.equal(refused((s) => s.rpc(name)).code, "invalid_argument", JSON.stringify(name));
      assert.equal(refused((s) => s.storage.from(name).list()).code, "invalid_argument", JSON.stringify(name));
    }
    for (const path of ["../x", "a/../../b", "a/./b", "a//b", "/a", "a?b", "a%2fb"]) {
      assert.equal(refused((s) => s.storage.from("b").info(path)).code, "invalid_argument", path);
      assert.equal(refused((s) => s.storage.from("b").createSignedUrls([path], 1)).code, "invalid_argument", path);
    }
    assert.equal(refused((s) => s.schema("a\r\nx-evil: 1").from("t").select()).code, "invalid_argument");
  });

  it("rejects arguments that the library would turn into something else", () => {
    const cases: [(supabase: Chained) => Chained, RegExp][] = [
      [(s) => s.from("t").select().eq("a", { b: 1 }), /argument 2 of \.eq\(\) must be a string, a number or a boolean/],
      [(s) => s.from("t").select().eq("a", null), /use \.is\(column, null\)/],
      [(s) => s.from("t").select().match({ a: null }), /match\(\)\.a must be a string/],
      [(s) => s.from("t").select().in("a", "abc"), /must be an array/],
      [
        (s) =>
          s
            .from("t")
            .select()
            .in("a", [[1]]),
        /argument 2 of \.in\(\)\[0\]/,
      ],
      [(s) => s.from("t").select().contains("a", 1), /must be a string, an array of .* or an object/],
      [(s) => s.from("t").select().limit("5"), /whole number/],
      [(s) => s.from("t").select().range(0, -1), /whole number/],
      [(s) => s.from("t").select().order("a", { asc: true }), /no option "asc"\. It takes ascending/],
      [(s) => s.from("t").select("*", { count: "exact,tx=rollback" }), /one of "exact", "planned", "estimated"/],
      [(s) => s.from("t").select("*", { head: "yes" }), /\.head must be true or false/],
      [(s) => s.from("t").insert("row"), /a row as an object, or an array/],
      [(s) => s.from("t").insert([1]), /a row as an object, or an array/],
      [(s) => s.from("t").update([{ a: 1 }]), /must be an object/],
      [(s) => s.from("t").select().eq("a", 1, 2), /takes 2 arguments, not 3/],
      [(s) => s.rpc("f", { a: { b: 1 } }, { get: true }), /cannot carry "a"/],
    ];
    for (const [write, message] of cases) {
      const error = refused(write);
      assert.equal(error.code, "invalid_argument", String(write));
      assert.match(error.message, message);
    }
  });

  it("takes null for an argument that was left out, for JSON has no undefined", () => {
    assert.deepEqual(parse((s) => s.from("t").select(null, { count: "exact", head: null })).steps.at(-1)?.args, [
      undefined,
      { count: "exact" },
    ]);
    assert.deepEqual(parse((s) => s.from("t").select().order("a", null)).steps.at(-1)?.args, ["a", undefined]);
  });
});

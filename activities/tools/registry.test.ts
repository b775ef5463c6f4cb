import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { utf8Length } from "../../protocol/text.ts";
import { NO_POLICY } from "../../policy/policy.ts";
import { methodTable } from "./methodTable.ts";
import { createRegistry } from "./registry.ts";
import type { Service } from "./service.ts";

const anyone = { task: "t", tools: null };
const read = { kind: "read" as const, call: () => Promise.resolve(null) };
const long = "a".repeat(LIMITS.toolNameBytes - 2);
const services: Service[] = [
  methodTable("http", { fetch: read }),
  methodTable("gapi", { "admin.directory.domains.list": read }),
  { ...methodTable("supabase", { from: read }), chain: true, stems: ["from"] },
  methodTable("x", { [long]: read, [`${long}a`]: read }),
];
const registry = createRegistry(services, { builtIn: ["sleep", "tasks.execute"] });

describe("registry", () => {
  it("finds a method by its path and answers its dotted name", () => {
    const found = registry.resolve(["gapi", "admin", "directory", "domains", "list"], anyone);
    assert(found.ok);
    assert.equal(found.tool, "gapi.admin.directory.domains.list");
    assert.equal(found.service.name, "gapi");
    assert.equal(found.method, read);
    assert.equal(registry.method(["gapi", "admin", "directory", "domains", "list"]), read);
  });

  it("tells which services are chains", () => {
    assert.deepEqual(registry.chains, ["supabase"]);
    assert.deepEqual(registry.stems, ["supabase.from"]);
  });

  it("takes a name of exactly the longest length and refuses one byte more", () => {
    assert(registry.resolve(["x", long], anyone).ok);
    assert(!registry.resolve(["x", `${long}a`], anyone).ok);
  });

  const hostile: [string, unknown[]][] = [
    ["nothing", []],
    ["an empty segment", ["http", ""]],
    ["an empty service", [""]],
    ["a service alone", ["http"]],
    ["one segment too many", ["http", "fetch", "call"]],
    ["a lone surrogate", ["http", "\ud800"]],
    ["a NUL", ["http", "fetch\0"]],
    ["a line break at the end", ["http", "fetch\n"]],
    ["1,001 characters", ["a".repeat(1001)]],
    ["10 MB", ["http", "😀".repeat(2_500_000)]],
    ["100,000 segments", new Array<string>(100_000).fill("a")],
    ["__proto__", ["__proto__"]],
    ["__proto__ below", ["http", "__proto__"]],
    ["constructor", ["constructor", "name"]],
    ["constructor below", ["http", "constructor"]],
    ["toString", ["http", "toString"]],
    ["an internal activity", ["tasker:advance"]],
    ["an internal activity in parts", ["tasker", "advance"]],
    ["an internal activity below", ["http", "tasker:advance"]],
    ["dots in a segment", ["http.fetch"]],
    ["dots in a lower segment", ["gapi", "admin.directory.domains.list"]],
    ["default", ["default"]],
    ["no strings", [{ toString: 1 }, null, 7]],
    ["terminal control", ["\u001b[2J", "x"]],
  ];
  for (const [what, path] of hostile) {
    it(`refuses ${what} with unknown_tool and answers bounded, well-formed text`, () => {
      assert.equal(registry.method(path as string[]), undefined);
      const refused = registry.resolve(path as string[], anyone);
      assert(!refused.ok);
      assert.equal(refused.error.code, "unknown_tool");
      assert.equal(refused.error.class, "guest");
      for (const text of [refused.tool, refused.error.message]) {
        assert(text.isWellFormed());
        assert.doesNotMatch(text, /\p{Cc}/u);
        assert(utf8Length(text) <= 2000);
      }
      assert(utf8Length(refused.tool) <= LIMITS.toolNameBytes);
    });
  }

  it("names the nearest tool for a misspelt one, built-in ones too", () => {
    const message = (path: string[]): string => {
      const refused = registry.resolve(path, anyone);
      assert(!refused.ok);
      return refused.error.message;
    };
    assert.match(message(["http", "fetsh"]), /Did you mean tools\.http\.fetch\?/);
    assert.match(
      message(["gapi", "admin", "directory", "domain", "list"]),
      /tools\.gapi\.admin\.directory\.domains\.list/,
    );
    assert.match(message(["slep"]), /tools\.sleep\?/);
    assert.match(message(["qqqqqq", "zzzzz"]), /Known tools begin with gapi, http, sleep, supabase, tasks, x\./);
  });

  it("refuses a tool that the policy denies, before it is scheduled", () => {
    const strict = createRegistry(services, {
      policy: { ...NO_POLICY, rules: [{ tasks: "*", tools: ["http"], allow: false }] },
    });
    const refused = strict.resolve(["http", "fetch"], anyone);
    assert(!refused.ok);
    assert.equal(refused.error.code, "denied");
    assert.equal(refused.tool, "http.fetch");
  });

  it("knows a method of several names by its first one, and applies to it what is said of any", () => {
    const list = { ...read, names: ["g.admin.directory.list", "g.admin.list"] };
    const found = { ...methodTable("g", {}), method: () => list };
    const short = ["g", "admin", "list"];
    const resolved = createRegistry([found]).resolve(short, anyone);
    assert.equal(resolved.tool, "g.admin.directory.list");
    for (const tools of [["g.admin.directory"], ["g.admin.list"], ["g.admin.directory.list"]]) {
      const denying = { policy: { ...NO_POLICY, rules: [{ tasks: "*", tools, allow: false }] } };
      assert.ok(!createRegistry([found], denying).resolve(short, anyone).ok, `a rule for ${tools.join()}`);
      assert.ok(createRegistry([found]).resolve(short, { task: "t", tools }).ok, `@tools ${tools.join()}`);
    }
    assert.ok(!createRegistry([found]).resolve(short, { task: "t", tools: ["g.admin.directory.list.x"] }).ok);
  });

  it("asks the policy about every link of a chain that is a tool of its own", () => {
    const chained = { ...methodTable("s", { from: read, schema: read, rpc: read, "storage.from": read }), chain: true };
    const only = (tools: string[]) => ({ task: "t", tools });
    const denying = createRegistry([chained], {
      policy: { ...NO_POLICY, rules: [{ tasks: "*", tools: ["s.rpc", "s.from"], allow: false }] },
    });
    for (const link of ["rpc", "from"]) {
      const refused = denying.resolve(["s", "schema"], anyone, ["schema", link, "select"]);
      assert.ok(!refused.ok, link);
      assert.equal(refused.error.code, "denied");
      assert.match(refused.error.message, new RegExp(`may not use s\\.${link}:`));
      assert.ok(!createRegistry([chained]).resolve(["s", "schema"], only(["s.schema"]), [link]).ok, `@tools, ${link}`);
      assert.ok(createRegistry([chained]).resolve(["s", "schema"], only(["s.schema", `s.${link}`]), [link]).ok);
    }
    assert.ok(denying.resolve(["s", "schema"], anyone, ["select", "__proto__", "a.b", ""]).ok);
    assert.ok(denying.resolve(["s", "storage", "from"], anyone, ["list", "rpc"]).ok, "storage has a from of its own");
  });

  it("applies a rule to methods that are ruled under its name as well", () => {
    const old = { ...read, names: ["g.v2.remove"], alsoRuledAs: ["g.remove"] };
    const service = { ...methodTable("g", {}), method: () => old };
    const denying = { policy: { ...NO_POLICY, rules: [{ tasks: "*", tools: ["g.remove"], allow: false }] } };
    const refused = createRegistry([service], denying).resolve(["g", "v2", "remove"], anyone);
    assert.ok(!refused.ok);
    assert.equal(refused.tool, "g.v2.remove");
  });

  it("passes on what a service advises instead of a path of its own that leads nowhere", () => {
    const advising = {
      ...methodTable("g", {}),
      advise: (path: readonly string[]) => `Not ${path.join("/")}, but g.x.`,
    };
    const refused = createRegistry([advising]).resolve(["g", "a", "b"], anyone);
    assert.ok(!refused.ok);
    assert.equal(refused.error.message, 'There is no tool "g.a.b". Not a/b, but g.x.');
    assert.ok(
      !createRegistry([advising]).resolve(["g", "__proto__"], anyone).ok,
      "and is not asked about what is no path",
    );
  });

  it("does not start with two services of one name, or a name that no path can spell", () => {
    assert.throws(() => createRegistry([methodTable("a", {}), methodTable("a", {})]), /Two services are named a/);
    assert.throws(() => createRegistry([methodTable("tasker:x", {})]), /cannot name a service/);
  });

  it("closes every service, even when one fails", async () => {
    const closed: string[] = [];
    const failing = { ...methodTable("a", {}), close: () => Promise.reject(new Error("no")) };
    const good = { ...methodTable("b", {}), close: () => Promise.resolve().then(() => void closed.push("b")) };
    await createRegistry([failing, good]).close();
    assert.deepEqual(closed, ["b"]);
  });
});

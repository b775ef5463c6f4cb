import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "node:test";
import { createCatalog } from "./catalog.ts";

const catalog = createCatalog();
const find = (name: string) => catalog.find(name.split("."));
const advise = (name: string) => catalog.advise(name.split("."));

describe("a path of tools.gapi leads to", () => {
  it("the newest stable version where it names none, and the Directory API where it names no product of admin", () => {
    const versions = [
      "gmail.users.messages.list",
      "drive.files.list",
      "calendar.events.list",
      "sheets.spreadsheets.get",
    ];
    assert.deepEqual(
      versions.map((name) => find(name)?.version),
      ["v1", "v3", "v3", "v4"],
    );
    const admin = ["admin.domains.list", "admin.directory.users.list", "admin.reports.activities.list"];
    assert.deepEqual(
      admin.map((name) => find(name)?.version),
      ["directory_v1", "directory_v1", "reports_v1"],
    );
    assert.equal(find("compute.instances.list")?.version, "v1");
    assert.equal(find("alertcenter.alerts.list")?.version, "v1beta1", "a beta where there is nothing else");
  });

  it("the version that it names, a dot in it written as _, even where a resource has a version's name", () => {
    assert.equal(find("drive.v2.files.list")?.version, "v2");
    assert.equal(find("admin.directory_v1.users.list")?.version, "directory_v1");
    assert.equal(find("content.v2_1.products.list")?.version, "v2.1");
    assert.equal(find("cloudasset.v1.analyzeIamPolicy")?.path, "v1.analyzeIamPolicy");
    assert.equal(find("cloudasset.v1.assets.list")?.path, "assets.list");
  });

  it("one method under every name that it has, the usual one first", () => {
    const names = ["admin.directory.users.list", "admin.users.list", "admin.directory_v1.users.list"];
    for (const name of names) assert.deepEqual(find(name)?.names, names);
    assert.deepEqual(find("drive.v2.files.list")?.names, ["drive.v2.files.list"]);
  });

  it("a method that rules without a version cover, whatever version the path names", () => {
    assert.deepEqual(find("drive.v2.files.list")?.unversioned, ["drive.files.list"]);
    assert.deepEqual(find("admin.directory_v1.users.list")?.unversioned, [
      "admin.directory.users.list",
      "admin.users.list",
    ]);
    assert.deepEqual(find("admin.reports_v1.activities.list")?.unversioned, ["admin.reports.activities.list"]);
  });

  it("nothing but methods that were generated: no prototype, no internals, no resource, no made-up name", () => {
    const names = [
      ...[
        "constructor",
        "__proto__",
        "toString",
        "index",
        "gmail",
        "gmail.users",
        "gmail.context",
        "gmail.constructor",
      ],
      ...["gmail.users.messages.constructor", "gmail.users.messages.context", "gmail.users.context._options.toString"],
      ...[
        "gmail.users.messages.list.call",
        "gmail.users.messages.toString",
        "gmail.__proto__.constructor",
        "gmail..users",
      ],
      ...[
        "gmail.v9.users.messages.list",
        "../drive.files.list",
        "gmail/v1.users.messages.list",
        "gmail.index.gmail",
        "",
      ],
    ];
    for (const name of names) assert.equal(find(name), undefined, name);
  });
});

describe("a path that leads nowhere is answered with", () => {
  it("the nearest method", () => {
    assert.equal(advise("gmail.users.mesages.lst"), "Did you mean tools.gapi.gmail.users.messages.list?");
    assert.equal(advise("gmial.users.messages.list"), "Did you mean tools.gapi.gmail.users.messages.list?");
    assert.equal(advise("admin.directory.domain.list"), "Did you mean tools.gapi.admin.directory.domains.list?");
    assert.equal(advise("admin.usres.list"), "Did you mean tools.gapi.admin.directory.users.list?");
  });

  it("what there is where no name is near, and the versions for one that there is not", () => {
    assert.match(
      advise("gmail.users.messages.frobnicate"),
      /^tools\.gapi\.gmail\.users\.messages has attachments, .*\blist\b/,
    );
    assert.match(advise("gmail.users.messages"), /\bhas attachments, batchDelete\b/);
    assert.equal(advise("drive.v9.files.list"), "tools.gapi.drive has the versions v2, v3.");
    assert.match(advise("merchantapi.frobnicate"), /^tools\.gapi\.merchantapi has the versions accounts_v1, /);
    assert.match(advise("frobnicate.it"), /^APIs are named as in the package googleapis/);
  });
});

it("every method of the installed googleapis is found by its path, and its source tells what a call needs", () => {
  const require = createRequire(import.meta.url);
  const folder = path.join(path.dirname(require.resolve("googleapis")), "apis");
  let methods = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory())) {
    for (const file of readdirSync(path.join(folder, entry.name))) {
      if (!file.endsWith(".js") || file === "index.js") continue;
      const version = file.slice(0, -3);
      // The generated declarations of the file name the classes; what the catalog finds must be as many methods.
      for (const name of pathsOf(require(path.join(folder, entry.name, file)))) {
        methods++;
        const found = catalog.find([entry.name, version.replaceAll(".", "_"), ...name]);
        assert.ok(found, `${entry.name} ${version} ${name.join(".")}`);
        assert.match(found.spec.httpMethod, /^(GET|POST|PUT|PATCH|DELETE)$/);
        assert.match(found.spec.rootUrl, /^https:\/\//);
      }
    }
  }
  assert.ok(methods > 20_000, `${methods} methods`);
});

/** Paths of the methods below an API's class, found without the catalog. */
function pathsOf(module: unknown): string[][] {
  const [namespace = {}] = Object.values(module as Record<string, Record<string, unknown>>);
  const [, Api] = Object.entries(namespace).find(([name]) => !name.startsWith("Resource$")) ?? [];
  const paths: string[][] = [];
  const visit = (resource: object, above: string[]): void => {
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(resource))) {
      if (name !== "constructor") paths.push([...above, name]);
    }
    for (const [name, child] of Object.entries(resource)) {
      if (name !== "context") visit(child as object, [...above, name]);
    }
  };
  visit(new (Api as new (options: object) => object)({}), []);
  return paths;
}

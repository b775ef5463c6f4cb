import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "node:test";
import { createCatalog } from "./catalog.ts";
import { createScopes, parseSamples } from "./scopes.ts";

const catalog = createCatalog();
const scopes = createScopes((method) => catalog.declarationsOf(method));

async function scopeOf(name: string): Promise<string | undefined> {
  const method = catalog.find(name.split("."));
  assert.ok(method, name);
  return (await scopes.of(method))?.chosen?.replace("https://www.googleapis.com/auth/", "");
}

describe("the scope of a method is", () => {
  const EXPECTED: Readonly<Record<string, string>> = {
    // Read-only for what reads, and not the one that forbids `q`.
    "gmail.users.messages.list": "gmail.readonly",
    "gmail.users.messages.get": "gmail.readonly",
    "admin.directory.domains.list": "admin.directory.domain.readonly",
    "admin.directory.users.list": "admin.directory.user.readonly",
    "admin.directory.customers.get": "admin.directory.customer.readonly",
    "admin.reports.activities.list": "admin.reports.audit.readonly",
    "drive.files.list": "drive.readonly",
    "drive.v2.files.list": "drive.readonly",
    "calendar.events.list": "calendar.readonly",
    "calendar.freebusy.query": "calendar.readonly",
    "people.people.connections.list": "contacts.readonly",
    // The API's own, where another's would do, too.
    "sheets.spreadsheets.values.get": "spreadsheets.readonly",
    "sheets.spreadsheets.values.update": "spreadsheets",
    "docs.documents.create": "documents",
    "bigquery.jobs.query": "bigquery",
    // For the very action, where there is one.
    "gmail.users.messages.send": "gmail.send",
    "gmail.users.drafts.create": "gmail.compose",
    "gmail.users.labels.create": "gmail.labels",
    "gmail.users.messages.modify": "gmail.modify",
    // What is complete, not what shows only an application's own files.
    "drive.files.update": "drive",
    "chat.spaces.messages.create": "chat.messages",
    // A sample that is broken over lines, and one that leaves a resource out.
    "aiplatform.projects.locations.batchPredictionJobs.create": "cloud-platform",
    "cloudasset.v1.searchAllResources": "cloud-platform",
    // The only one.
    "gmail.users.messages.delete": "https://mail.google.com/",
    "admin.directory.users.insert": "admin.directory.user",
  };
  for (const [name, scope] of Object.entries(EXPECTED)) {
    it(`${scope} for ${name}`, async () => assert.equal(await scopeOf(name), scope));
  }

  it("none for a method that needs no token", async () => {
    const method = catalog.find(["discovery", "apis", "list"]);
    assert.deepEqual(method && (await scopes.of(method)), { accepted: [], chosen: undefined });
  });
});

it("the samples of the installed googleapis are read, all but a few", () => {
  const require = createRequire(import.meta.url);
  const cwd = path.join(path.dirname(require.resolve("googleapis")), "apis");
  let samples = 0;
  let read = 0;
  for (const file of globSync("*/*.d.ts", { cwd })) {
    const declarations = readFileSync(path.join(cwd, file), "utf8");
    samples += declarations.split("new google.auth.GoogleAuth({").length - 1;
    read += parseSamples(declarations).size;
  }
  assert.ok(samples > 20_000 && read / samples > 0.99, `${read} of ${samples}`);
});

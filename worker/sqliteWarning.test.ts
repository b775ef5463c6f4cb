import assert from "node:assert/strict";
import { test } from "node:test";
import { sqliteWarning } from "./sqliteWarning.ts";

const FILE = { databaseUrl: undefined, databaseFile: ".tasker/tasker.db" };

test("a worker on SQLite with a remote Temporal server is told that several machines need Postgres", () => {
  for (const temporalAddress of ["temporal.example.com:7233", "10.0.0.5:7233", "localhost.example.com:7233"]) {
    assert.match(sqliteWarning({ ...FILE, temporalAddress }) ?? "", /several machines need one Postgres/);
  }
});

test("nothing is said when the server is on this machine, or the store is Postgres", () => {
  for (const temporalAddress of ["127.0.0.1:7233", "localhost:7233", "[::1]:7233", "127.1.2.3:80"]) {
    assert.equal(sqliteWarning({ ...FILE, temporalAddress }), undefined);
  }
  const url = "postgres://db.example.com/tasker";
  assert.equal(sqliteWarning({ ...FILE, databaseUrl: url, temporalAddress: "temporal.example.com:7233" }), undefined);
});

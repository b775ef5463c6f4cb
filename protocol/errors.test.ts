import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { GAPI_CODES, gapiFault } from "../activities/tools/gapi/faults.ts";
import { HTTP_CODES, httpFault } from "../activities/tools/http/faults.ts";
import { OPENAI_CODES, openaiFault } from "../activities/tools/openai/faults.ts";
import { SUPABASE_CODES, supabaseFault } from "../activities/tools/supabase/faults.ts";
import { WEBSEARCH_CODES, websearchFault } from "../activities/tools/websearch/faults.ts";
import { CLIENT_CODES, clientError } from "../client/errors.ts";
import { classOf, CODES, errorTable, taskError, type TaskError } from "./errors.ts";

const TABLES: readonly (readonly [Readonly<Record<string, string>>, (code: never, message: string) => TaskError])[] = [
  [CODES, taskError],
  [CLIENT_CODES, clientError],
  [HTTP_CODES, httpFault],
  [GAPI_CODES, gapiFault],
  [OPENAI_CODES, openaiFault],
  [SUPABASE_CODES, supabaseFault],
  [WEBSEARCH_CODES, websearchFault],
];

test("a code has one class, whichever table declares it", () => {
  const classes = new Map<string, string>();
  for (const [codes, make] of TABLES) {
    for (const code of Object.values(codes)) {
      const { class: errorClass } = make(code as never, "");
      assert.equal(classes.get(code) ?? errorClass, errorClass, code);
      classes.set(code, errorClass);
    }
  }
  assert.ok(classes.size > 90);
});

test("a table that declares a code of the project's own is refused", () => {
  assert.throws(() => errorTable({ tool: { mine: CODES.invalidArgument } }), /declared twice/);
  assert.throws(() => errorTable({ tool: { a: "same" }, limit: { b: "same" } }), /declared twice/);
});

test("errors that are made inside the VM have the class of their code", async () => {
  const folder = path.join(import.meta.dirname, "../sandbox/prelude");
  const sources = await Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name), "utf8")));
  const made = sources.flatMap((source) => [
    ...source.matchAll(/(?:hostError|failureText)\(\s*"([a-z_]+)",\s*"([a-z]+)"/g),
  ]);
  assert.ok(made.length > 8);
  for (const [, code, errorClass] of made) assert.equal(errorClass, classOf(code ?? ""), code);
});

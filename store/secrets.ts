import { sql as raw, type Compilable } from "kysely";
import type { SealedSecret, SecretAccess, SecretStore } from "../protocol/store.ts";
import { plain } from "./blobs.ts";
import type { Database } from "./database.ts";
import { invalidArgument } from "./errors.ts";
import { fromName, toName } from "./names.ts";
import type { SecretAccessRow, SecretRow } from "./schema.ts";

const TRAIL_LIMIT = 1000;

/** The keystore's rows and their audit table. A change and its entry are one transaction; nothing is answered before its entry is written. */
export function createSecretStore(database: Database): SecretStore {
  const { sql } = database;
  const keyColumns = (namespace: string, name: string) => ({ namespace: toName(namespace), name: toName(name) });
  const secret = (namespace: string, name: string) =>
    sql.selectFrom("tasker_secrets").where((is) => is.and(keyColumns(namespace, name)));
  const audit = (entry: SecretAccess) => sql.insertInto("tasker_secret_accesses").values(toAccessRow(entry));
  /** What a transaction decides by a row must still hold when it changes the row. SQLite has one writer at a time anyway. */
  const lock = (namespace: string, name: string): Compilable[] =>
    database.only === "sqlite" ? [] : [secret(namespace, name).select("key_id").forUpdate()];

  return {
    async set({ namespace, name, sealed, keyId, createdAt, updatedAt }, entry) {
      const changed = { sealed, key_id: toName(keyId), updated_at: updatedAt };
      await database.write([
        sql
          .insertInto("tasker_secrets")
          .values({ ...keyColumns(namespace, name), ...changed, created_at: createdAt })
          .onConflict((conflict) => conflict.columns(["namespace", "name"]).doUpdateSet(changed)),
        audit(entry),
      ]);
    },

    async get(namespace, name, entry) {
      const [row] = await database.read(secret(namespace, name).selectAll());
      await database.write([audit(row === undefined ? { ...entry, outcome: "absent" } : entry)]);
      return row && fromRow(row);
    },

    async delete(namespace, name, entry) {
      const found = secret(namespace, name).select("name");
      const row = toAccessRow(entry);
      const results = await database.write([
        ...lock(namespace, name),
        sql.insertInto("tasker_secret_accesses").values((is) => ({
          ...row,
          outcome: is.case().when(is.exists(found)).then(row.outcome).else("absent").end(),
        })),
        sql.deleteFrom("tasker_secrets").where((is) => is.and(keyColumns(namespace, name))),
      ]);
      return results.at(-1)?.affected === 1;
    },

    async list(namespace, entry) {
      const rows = await database.read(
        sql
          .selectFrom("tasker_secrets")
          .select(["namespace", "name", "key_id", "created_at", "updated_at"])
          .where("namespace", "=", toName(namespace))
          .orderBy("name"),
      );
      await database.write([audit(entry)]);
      return rows.map(factsOf);
    },

    async all() {
      return (
        await database.read(sql.selectFrom("tasker_secrets").selectAll().orderBy("namespace").orderBy("name"))
      ).map(fromRow);
    },

    async reseal(before, sealed, keyId, entry) {
      const unchanged = secret(before.namespace, before.name).where("sealed", "=", before.sealed);
      const { at, action, outcome, namespace, name, actor, task_run_id } = toAccessRow(entry);
      const results = await database.write([
        ...lock(before.namespace, before.name),
        sql
          .insertInto("tasker_secret_accesses")
          .columns(["at", "action", "outcome", "namespace", "name", "actor", "task_run_id"])
          .expression(
            unchanged.select([
              raw<number>`${at}`.as("at"),
              raw<string>`${action}`.as("action"),
              raw<string>`${outcome}`.as("outcome"),
              raw<string>`${namespace}`.as("namespace"),
              raw<string>`${name}`.as("name"),
              raw<string>`${actor}`.as("actor"),
              raw<string | null>`${task_run_id}`.as("task_run_id"),
            ]),
          ),
        sql
          .updateTable("tasker_secrets")
          .set({ sealed, key_id: toName(keyId) })
          .where((is) => is.and(keyColumns(before.namespace, before.name)))
          .where("sealed", "=", before.sealed),
      ]);
      return results.at(-1)?.affected === 1;
    },

    async audit(entry) {
      await database.write([audit(entry)]);
    },

    async auditTrail({ namespace, name, limit }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > TRAIL_LIMIT) {
        throw invalidArgument(`The limit of the audit trail is a whole number from 1 to ${TRAIL_LIMIT}.`);
      }
      let query = sql.selectFrom("tasker_secret_accesses").selectAll().orderBy("id", "desc").limit(limit);
      if (namespace !== undefined) query = query.where("namespace", "=", toName(namespace));
      if (name !== undefined) query = query.where("name", "=", toName(name));
      return (await database.read(query)).map(fromAccessRow);
    },
  };
}

function fromRow(row: SecretRow): SealedSecret {
  return { ...factsOf(row), sealed: plain(row.sealed) };
}

function factsOf(row: Omit<SecretRow, "sealed">): Omit<SealedSecret, "sealed"> {
  return {
    namespace: fromName(row.namespace),
    name: fromName(row.name),
    keyId: fromName(row.key_id),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toAccessRow(entry: SecretAccess) {
  return {
    at: entry.at,
    action: entry.action as string,
    outcome: entry.outcome as string,
    namespace: toName(entry.namespace),
    name: toName(entry.name),
    actor: toName(entry.actor),
    task_run_id: entry.taskRunId === undefined ? null : toName(entry.taskRunId),
  };
}

function fromAccessRow(row: Omit<SecretAccessRow, "id">): SecretAccess {
  return {
    at: row.at,
    action: row.action as SecretAccess["action"],
    outcome: row.outcome as SecretAccess["outcome"],
    namespace: fromName(row.namespace),
    name: fromName(row.name),
    actor: fromName(row.actor),
    ...(row.task_run_id === null ? {} : { taskRunId: fromName(row.task_run_id) }),
  };
}

import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import type { TaskSummary, VersionStore } from "../protocol/store.ts";
import type { TaskVersion } from "../protocol/task.ts";
import type { Database } from "./database.ts";
import { toName } from "./names.ts";
import type { VersionRow } from "./schema.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

type Code = Pick<TaskVersion, "bundle" | "sourceMap">;

/** Published task versions. Bundle and source map are kept compressed: they are text, and most of the row. */
export function createVersionStore(database: Database): VersionStore {
  const { sql } = database;
  const stored = sql.selectFrom("tasker_versions as v").select(["v.summary", "v.code"]);

  return {
    async publish({ bundle, sourceMap, ...summary }) {
      const task = toName(summary.task);
      const version = toName(summary.version);
      const code = await compress(JSON.stringify({ bundle, sourceMap } satisfies Code));
      const [, current] = await database.write([
        sql
          .insertInto("tasker_versions")
          .values({ task, version, summary: JSON.stringify(summary satisfies TaskSummary), code })
          .onConflict((conflict) => conflict.doNothing()),
        sql
          .insertInto("tasker_current_versions")
          .values({ task, version })
          .onConflict((conflict) =>
            conflict
              .column("task")
              .doUpdateSet((row) => ({ version: row.ref("excluded.version") }))
              .whereRef("tasker_current_versions.version", "!=", "excluded.version"),
          ),
      ]);
      return current?.affected === 0 ? "unchanged" : "published";
    },

    async current(task) {
      const rows = await database.read(
        stored
          .innerJoin("tasker_current_versions as c", (join) =>
            join.onRef("c.task", "=", "v.task").onRef("c.version", "=", "v.version"),
          )
          .where("c.task", "=", toName(task)),
      );
      return fromRow(rows[0]);
    },

    async get(task, version) {
      const rows = await database.read(
        stored.where("v.task", "=", toName(task)).where("v.version", "=", toName(version)),
      );
      return fromRow(rows[0]);
    },

    async list() {
      const rows = await database.read(
        sql
          .selectFrom("tasker_current_versions as c")
          .innerJoin("tasker_versions as v", (join) =>
            join.onRef("v.task", "=", "c.task").onRef("v.version", "=", "c.version"),
          )
          .select("v.summary")
          .orderBy("c.task"),
      );
      return rows.map(({ summary }) => JSON.parse(summary) as TaskSummary);
    },
  };
}

async function fromRow(row: Pick<VersionRow, "summary" | "code"> | undefined): Promise<TaskVersion | undefined> {
  if (!row) return undefined;
  const code = JSON.parse((await decompress(row.code)).toString("utf8")) as Code;
  return { ...(JSON.parse(row.summary) as TaskSummary), ...code };
}

import type { EngineStore } from "../protocol/store.ts";
import { plain } from "./blobs.ts";
import type { Database } from "./database.ts";
import { toName } from "./names.ts";

/** Engines by name. They are few and stay for good: an old run may need its engine years later. */
export function createEngineStore(database: Database): EngineStore {
  const { sql } = database;
  return {
    async put(engine, bytes) {
      await database.write([
        sql
          .insertInto("tasker_engines")
          .values({ engine: toName(engine), bytes })
          .onConflict((conflict) => conflict.doNothing()),
      ]);
    },

    async get(engine) {
      const [row] = await database.read(
        sql.selectFrom("tasker_engines").select("bytes").where("engine", "=", toName(engine)),
      );
      return row && plain(row.bytes);
    },
  };
}

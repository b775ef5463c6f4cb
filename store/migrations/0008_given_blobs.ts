import { sql, type Kysely, type Migration } from "kysely";

/** When a client put a blob for the id of a run that had not begun. Null for what a run holds itself. */
export const givenBlobs: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable("tasker_blob_refs")
      .addColumn("given_at", sql`double precision`)
      .execute();
  },
};

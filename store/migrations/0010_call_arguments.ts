import type { Kysely, Migration } from "kysely";

/** A call's arguments in a column of their own: its later records do not repeat them. */
export const callArguments: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("tasker_calls").addColumn("args", "text").execute();
  },
};

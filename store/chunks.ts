/** Rows of one statement: far below what SQLite (32,766) and Postgres (65,535) allow as parameters. */
const ROWS = 500;
/** Characters of one statement's values, so that no single message to the database is huge. */
const LENGTH = 8 * 1024 * 1024;

/** Cuts rows into pieces for multi-row statements, in order. A row that is too long alone is a piece of its own. */
export function inChunks<Row>(rows: readonly Row[], lengthOf: (row: Row) => number): Row[][] {
  const chunks: Row[][] = [];
  let chunk: Row[] = [];
  let length = 0;
  for (const row of rows) {
    const added = lengthOf(row);
    if (chunk.length > 0 && (chunk.length === ROWS || length + added > LENGTH)) {
      chunks.push(chunk);
      chunk = [];
      length = 0;
    }
    chunk.push(row);
    length += added;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

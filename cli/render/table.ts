import { stripVTControlCharacters } from "node:util";

/** Rows as text columns, padded to the widest cell; the last column is left as it is. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  // A row is one line, whatever its cells hold.
  const all = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll(/[\t\n\r]+/g, " ")));
  const widths = header.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ""))));
  return all
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : pad(cell, widths[column] ?? 0))).join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

function pad(cell: string, to: number): string {
  return cell + " ".repeat(Math.max(0, to - width(cell)));
}

/** Characters, not UTF-16 units; colours take no room. */
function width(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}

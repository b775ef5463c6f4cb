/** What the header `Prefer` asks for: https://docs.postgrest.org/en/stable/references/api/preferences.html */
export interface Preferences {
  readonly representation: boolean;
  readonly count: boolean;
  readonly resolution: "merge" | "ignore" | undefined;
  readonly missingDefault: boolean;
  readonly maxAffected: number | undefined;
}

export function readPreferences(header: string | readonly string[] | undefined): Preferences {
  const asked = String(header ?? "")
    .split(",")
    .map((part) => part.trim());
  const value = (name: string): string | undefined =>
    asked.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const resolution = value("resolution");
  return {
    representation: asked.includes("return=representation"),
    // The planner's estimate of a table in memory is its count.
    count: value("count") !== undefined,
    resolution: resolution === "merge-duplicates" ? "merge" : resolution === "ignore-duplicates" ? "ignore" : undefined,
    missingDefault: asked.includes("missing=default"),
    maxAffected: asked.includes("handling=strict") ? Number(value("max-affected") ?? Infinity) : undefined,
  };
}

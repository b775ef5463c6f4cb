/**
 * @task supabase-example
 * @description Writes notes into the Supabase table `notes`, reads, finishes and removes them, and tells what it did.
 * docs/supabase.md has the table.
 * @tools supabase
 * @param {object} [input]
 * @param {Array<string>} [input.titles=["Buy milk", "Water the plants", "Call Ada"]] - One note each.
 * @param {boolean} [input.keep=false] - Leaves the finished notes in the table.
 * @returns {Promise<object>} `{ written, open, finished, removed, left }`: slugs, and how many notes of this run are left.
 */
export default async function supabaseExample(input, context) {
  const { titles = ["Buy milk", "Water the plants", "Call Ada"], keep = false } = input ?? {};
  // Each run has notes of its own, and each note a key that is known before it is written: written twice, it is there once.
  const prefix = `${context.taskRunId}-`;
  const notes = titles.map((title, index) => ({
    slug: `${prefix}${index + 1}`,
    title,
    done: false,
    tags: ["example"],
  }));

  const { data: written } = await tools.supabase.from("notes").upsert(notes, { onConflict: "slug" }).select("slug");

  const { data: open } = await tools.supabase
    .from("notes")
    .select("slug, title")
    .like("slug", `${prefix}%`)
    .contains("tags", ["example"])
    .eq("done", false)
    .order("title", { ascending: true })
    .limit(100);

  const [first] = open;
  if (first) await tools.supabase.from("notes").update({ done: true }).eq("slug", first.slug);

  const { data: finished } = await tools.supabase
    .from("notes")
    .select("slug")
    .like("slug", `${prefix}%`)
    .is("done", true);

  if (!keep) await tools.supabase.from("notes").delete().like("slug", `${prefix}%`);
  const { count: left } = await tools.supabase
    .from("notes")
    .select("*", { count: "exact", head: true })
    .like("slug", `${prefix}%`);

  const slugs = (rows) => rows.map(({ slug }) => slug);
  return {
    written: slugs(written),
    open: slugs(open),
    finished: slugs(finished),
    removed: keep ? 0 : written.length,
    left,
  };
}

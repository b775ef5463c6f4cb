import { plain } from "../protocol/plain.ts";
import { findTemporalCli } from "./temporalCli.ts";

/** Before the tests: they run side by side, and would all wait for the one that builds the Temporal CLI, in silence. */
const { path, source } = await findTemporalCli({
  explicit: process.env["TASKER_TEMPORAL_CLI"],
  progress: (line) => console.log(plain(line)),
});
console.log(plain(`Temporal CLI: ${path} (${source})`));

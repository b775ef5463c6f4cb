import type { Json, JsonText } from "../protocol/json.ts";
import type { ComputeThreads } from "./compute/computeThreads.ts";
import { argumentTexts } from "./compute/argumentTexts.ts";
import { PARSED_HERE } from "./tools/textCall.ts";

/** CPU time for one text: 10 MiB of JSON need about a second. */
const SPLIT_CPU_MS = 30_000;

/** The JSON of each argument of a call. Large ones are split in a compute thread: they never become values on this one. */
export async function splitArguments(compute: ComputeThreads, args: JsonText): Promise<readonly JsonText[]> {
  return args.length <= PARSED_HERE
    ? argumentTexts({ text: args })
    : compute.run("argumentTexts", { text: args }, SPLIT_CPU_MS);
}

/** The value of an argument that is small in every right call; undefined for a large one, which is wrong whatever it holds. */
export function smallArgument(text: JsonText | undefined): Json | undefined {
  return text === undefined || text.length > PARSED_HERE ? undefined : (JSON.parse(text) as Json);
}

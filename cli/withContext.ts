import { readConfiguration } from "../configuration.ts";
import { Context } from "./context.ts";
import type { Output } from "./output.ts";

/** Runs a command with a context and closes what it opened, whatever happens. */
export async function withContext<T>(output: Output, work: (context: Context) => Promise<T>): Promise<T> {
  const configuration = readConfiguration();
  for (const warning of configuration.warnings) output.warn(`warning: ${warning}`);
  const context = new Context(configuration, output);
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

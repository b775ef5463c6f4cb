import { writeFile } from "node:fs/promises";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { configurationPage } from "../configuration/page.ts";

/** The page, in the form in which `npm run format` leaves it. */
export const CONFIGURATION_PAGE = path.join(import.meta.dirname, "../docs/configuration.md");

export async function formattedConfigurationPage(): Promise<string> {
  const options = await resolveConfig(CONFIGURATION_PAGE);
  return format(configurationPage(), { ...options, parser: "markdown" });
}

/** `npm run docs`. */
if (import.meta.main) await writeFile(CONFIGURATION_PAGE, await formattedConfigurationPage());

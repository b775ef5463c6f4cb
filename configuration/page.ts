import { KEYS, type Key } from "./keys.ts";

interface Section {
  readonly title: string;
  /** Of the variables that it has; each variable is in the first section that matches. */
  readonly names: RegExp;
  readonly text?: string;
}

const SECTIONS: readonly Section[] = [
  {
    title: "The Temporal server",
    names: /^TEMPORAL_/,
    text:
      "These variables have the names that the Temporal CLI and the SDKs use. Temporal's profiles and configuration file\n" +
      "(`TEMPORAL_PROFILE`, `TEMPORAL_CONFIG_FILE`) are not read: a default profile on a machine must not send a demo to a\n" +
      "production server.",
  },
  { title: "Encryption and secrets", names: /^TASKER_(ENCRYPTION|KEYS|KEY_FILE|CODEC_\w+)$/ },
  {
    title: "Services that tasks call",
    names: /^(TASKER_(HTTP|GOOGLE|WEBSEARCH)|OPENAI|SUPABASE)_/,
    text: "Set-up step by step: [Google](google.md), [OpenAI](openai.md), [Supabase](supabase.md).",
  },
  { title: "The worker", names: /^TASKER_(VM_\w+|WORKFLOW_CACHE|INFLIGHT_CALLS|POLICY|LOG_LEVEL)$/ },
  { title: "Data, and the embedded server", names: /./ },
];

/** docs/configuration.md. `npm run docs` writes it. */
export function configurationPage(): string {
  const sections = new Map<Section, string[]>(SECTIONS.map((section) => [section, []]));
  for (const key of Object.values(KEYS)) {
    const section = SECTIONS.find(({ names }) => names.test(key.name));
    if (section !== undefined) sections.get(section)?.push(row(key));
  }
  const parts = [...sections].map(([{ title, text }, rows]) => {
    const table = ["| variable | default | accepts | what it decides |", "|---|---|---|---|", ...rows].join("\n");
    return [`## ${title}`, ...(text === undefined ? [] : [text]), table].join("\n\n");
  });
  return [HEAD, ...parts].join("\n\n") + "\n";
}

const HEAD = `<!-- Written by \`npm run docs\` from configuration/: do not edit it here. -->

# Configuration

All configuration comes from the environment. It is read once and checked before anything starts: a bad value ends the
command with a line that names the variable, its value and what it accepts. An empty variable counts as unset. \`npm run doctor\`
prints the configuration that is in force, without secrets, and checks Temporal, the database and the rest.`;

function row(key: Key<unknown>): string {
  const initial = key.defaultText ?? (key.default === undefined ? "" : `\`${key.default}\``);
  return `| \`${key.name}\` | ${initial} | ${key.accepts} | ${key.description} |`;
}

import { readStandIns } from "../../dev/standins/home.ts";
import type { StandIns } from "../../dev/standins/standIns.ts";
import type { WorkspaceOptions } from "../../dev/standins/workspace/workspace.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exitCodes.ts";
import { parseOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { plural } from "../render/plural.ts";
import { withStandIns } from "../standInContext.ts";
import { untilInterrupted } from "../untilInterrupted.ts";
import { UsageError } from "../usageError.ts";

const OPTIONS = {
  users: { type: "string" },
  domains: { type: "string" },
  seed: { type: "string" },
  faults: { type: "string" },
} as const;

const TRY = `In another terminal of this folder:
  npm run test:comprehensive-gmail-search
  npm run gapi -- admin.directory.domains.list '{"customer":"my_customer"}'
  npm run gapi:test customer`;

/** `tasker workspace`: stand-ins, and a stack whose tools call them, until Ctrl-C. */
export const workspaceCommand: Command = {
  async run(args, output) {
    const workspace = workspaceOptions(args);
    let own: StandIns | undefined;
    const settings = { workspace, started: (standIns: StandIns) => (own = standIns) };
    return withStandIns(
      output,
      async (context) => {
        output.say("Starting stand-ins, and Tasker for them …");
        const stack = await context.stack();
        const places = `Temporal at ${stack.address}${stack.uiUrl === undefined ? "" : `, Web UI at ${stack.uiUrl}`}`;
        const { home } = context.configuration;
        if (own === undefined) {
          output.say(`Stand-ins run here already: ${places}. Nothing was started.`);
          showAddresses(readStandIns(home) ?? {}, output);
          output.say(`\n${TRY}`);
          return EXIT.ok;
        }
        output.say(`Tasker runs with stand-ins: ${places}`);
        showAddresses(own.environment, output);
        output.say(`The Workspace: ${organisationText(own)}`);
        output.say(`\n${TRY}\n\nIts data is in ${home}. Ctrl-C stops it.`);
        await untilInterrupted(context, stack.lost, output);
        return EXIT.ok;
      },
      settings,
    );
  },
};

function workspaceOptions(args: readonly string[]): WorkspaceOptions {
  const { users, domains, seed, faults } = parseOptions("workspace", args, OPTIONS);
  return {
    ...(users !== undefined && { users: whole("users", users, 10_000) }),
    ...(domains !== undefined && { domains: whole("domains", domains, 100) }),
    ...(seed !== undefined && { seed }),
    ...(faults !== undefined && { faults: { share: share(faults) } }),
  };
}

function whole(option: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw new UsageError(`--${option} must be a whole number from 1 to ${max}: it is "${text}".`, HINT);
}

function share(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value <= 1) return value;
  throw new UsageError(`--faults must be a number from 0 to 1: it is "${text}".`, HINT);
}

const HINT = "`tasker workspace --help` shows an example.";

/** As lines that a shell takes; keys stay out of terminals and their logs. */
function showAddresses(environment: Readonly<Record<string, string>>, output: Output): void {
  for (const [name, value] of Object.entries(environment)) {
    if (!/KEY$/.test(name)) output.say(`  ${name}=${value}`);
  }
}

function organisationText({ workspace: { organisation } }: StandIns): string {
  const { domains, users } = organisation;
  const suspended = users.filter((user) => user.suspended).length;
  const names = domains.slice(0, 4).map(({ name }) => name);
  const list = `${names.join(", ")}${domains.length > names.length ? ", …" : ""}`;
  return `${plural(users.length, "user")} (${suspended} suspended) in ${plural(domains.length, "domain")} (${list})`;
}

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { startWorkspace, type Workspace } from "../dev/standins/workspace/workspace.ts";
import { findTemporalCli } from "../dev/temporalCli.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tasker-gapi-"));
const keyFile = path.join(folder, "key.json");
let workspace: Workspace;
before(async () => {
  workspace = await startWorkspace({ domains: 2, users: 2 });
  writeFileSync(keyFile, JSON.stringify(workspace.credentials));
});
after(async () => {
  await workspace.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

let homes = 0;

/** The command, with a folder of its own and nothing in its environment but what is given. */
async function tasker(args: readonly string[], environment: Record<string, string> = {}) {
  const home = path.join(folder, `home-${++homes}`);
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "tasker.js"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: folder,
    env: { PATH: process.env["PATH"], TASKER_HOME: home, TASKER_LOG_LEVEL: "error", ...environment },
  });
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr, home };
}

/** What leads to a Workspace as it would to Google. */
const configured = (): Record<string, string> => ({
  TASKER_GOOGLE_KEY_FILE: keyFile,
  TASKER_GOOGLE_SUBJECT: workspace.admin,
  TASKER_GOOGLE_BASE_URL: workspace.url,
});

describe("tasker gapi", () => {
  it("calls Google where a credential is set up, says so, and starts nothing for it", async () => {
    const { code, stdout, stderr, home } = await tasker(["gapi", "admin.domains.list", "--json"], configured());
    assert.equal(code, 0, stderr);
    const { domains } = JSON.parse(stdout) as { domains: { domainName: string }[] };
    assert.deepEqual(
      domains.map(({ domainName }) => domainName),
      workspace.organisation.domains.map(({ name }) => name),
    );
    assert.match(stderr, /^Google: the credentials that are set up here\.$/m);
    assert.ok(!existsSync(home) || readdirSync(home).length === 0, "no database was made");
  });

  it("takes whom to act as and the scope", async () => {
    const user = workspace.organisation.users[0]?.email ?? "";
    const args = ["gapi", "tools.gapi.gmail.users.getProfile", '{"userId":"me"}', "--subject", user];
    const { stdout, stderr } = await tasker([...args, "--scope", "gmail.modify", "--json"], configured());
    assert.equal((JSON.parse(stdout) as { emailAddress: string }).emailAddress, user, stderr);
    assert.ok(workspace.tokenExchanges.has(`${user} https://www.googleapis.com/auth/gmail.modify`));
  });

  it("calls the stand-in where none is set up, says so, and leaves nothing behind", async () => {
    const { code, stdout, home } = await tasker(["gapi", "admin.directory.customers.get"]);
    assert.equal(code, 0);
    assert.match(stdout, /^Google: the stand-in, for no credentials are set up/);
    assert.match(stdout, /"kind": "admin#directory#customer"/);
    assert.ok(!existsSync(home));
  });

  it("has the messages that a task would get, and exit codes that say who must act", async () => {
    const unknown = await tasker(["gapi", "gmail.users.mesages.list"], configured());
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /^error\[unknown_tool\]: .*Did you mean tools\.gapi\.gmail\.users\.messages\.list\?/m);
    const wrong = await tasker(["gapi", "drive.files.list", "{x"], configured());
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /^error\[invalid_input\]: The second argument is not JSON/m);
    const refused = await tasker(
      ["gapi", "gmail.users.messages.list", '{"userId":"nobody@example.com"}'],
      configured(),
    );
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^error\[unknown_subject\]: There is no user nobody@example\.com/m);
    const missing = await tasker(["gapi", "drive.files.list"], { TASKER_GOOGLE_KEY_FILE: "no-such.json" });
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^error\[credential_unreadable\]: TASKER_GOOGLE_KEY_FILE/m);
    for (const { stderr } of [unknown, wrong, refused, missing]) assert.doesNotMatch(stderr, /\n {4}at /);
  });
});

describe("tasker gapi-test", () => {
  it("--direct tells what is set up and granted, and what is not, without a workflow", async () => {
    workspace.scopes = ["https://www.googleapis.com/auth/gmail.readonly"];
    try {
      const { code, stdout, stderr } = await tasker(["gapi-test", "info", "--direct", "--json"], configured());
      assert.equal(code, 0, stderr);
      const { scopes, ...info } = JSON.parse(stdout) as { scopes: Record<string, string> };
      assert.deepEqual(info, {
        ...{ credential: "service_account", email: workspace.credentials.client_email },
        ...{ clientId: workspace.credentials.client_id, subject: workspace.admin },
        ...{ tokenUri: workspace.credentials.token_uri, baseUrl: workspace.url },
      });
      assert.match(scopes["gmail.readonly"] ?? "", /^granted until 2/);
      assert.match(scopes["admin.directory.user.readonly"] ?? "", /^scope_not_granted: Client ID /);
    } finally {
      workspace.scopes = [];
    }
  });

  it("runs the same function as a task", async () => {
    const { path: cli } = await findTemporalCli({ explicit: process.env["TASKER_TEMPORAL_CLI"] });
    const { code, stdout, stderr } = await tasker(["gapi-test", "customer", "--json"], { TASKER_TEMPORAL_CLI: cli });
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as { task: string; result: { kind: string }; calls: { tool: string }[] };
    assert.equal(report.task, "gapi-test");
    assert.equal(report.result.kind, "admin#directory#customer");
    assert.deepEqual(
      report.calls.map(({ tool }) => tool),
      ["gapi.admin.directory.customers.get"],
    );
    assert.match(stderr, /^Google: the stand-in/);
  });

  it("echo needs no network; an unknown test is refused with the nearest name", async () => {
    const nowhere = { ...configured(), TASKER_GOOGLE_BASE_URL: "http://127.0.0.1:9" };
    const { code, stdout } = await tasker(["gapi-test", "--direct", "--json"], nowhere);
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as { tool: string }).tool, "gapi.gmail.users.messages.list");
    const wrong = await tasker(["gapi-test", "custmer"]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /Did you mean customer\?/);
  });
});

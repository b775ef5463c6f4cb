import assert from "node:assert/strict";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import proto from "@temporalio/proto";
import { startStandIns, type StandIns } from "../../dev/standins/standIns.ts";
import type { Fault } from "../../dev/standins/workspace/faults.ts";
import type { LoggedRequest } from "../../dev/standins/workspace/requestLog.ts";
import type { Json } from "../../protocol/json.ts";
import type { RunReport } from "../../protocol/run.ts";
import { TestStack } from "../support/stack.ts";

/** Calls methods by their paths, all at once, and answers what each answered or rejected with. */
const CALLER = `module.exports = async function caller({ calls }, { tools }) {
  const settled = await Promise.allSettled(calls.map(({ path, args = [] }) => __callHostTool__("gapi", path.split("."), args)));
  return settled.map(({ value, reason }) => (reason ? { code: reason.code, message: reason.message } : { value }));
};`;

interface Call {
  readonly path: string;
  readonly args?: Json[];
}

interface Outcome {
  readonly value?: Json;
  readonly code?: string;
  readonly message?: string;
}

let stack: TestStack;
let standIns: StandIns;
before(async () => {
  stack = await TestStack.start();
  const workspace = { domains: 2, users: 6, suspended: 0, messagesPerUser: 4 };
  standIns = await startStandIns({ folder: path.join(stack.directory, "standins"), workspace });
  await stack.publish({ "caller.js": CALLER });
  await stack.worker(standIns.environment);
});
after(async () => {
  await stack.stop();
  await standIns.stop();
});
beforeEach(() => standIns.workspace.log.clear());

async function run(calls: Call[]): Promise<{ report: RunReport; outcomes: Outcome[] }> {
  const report = await stack.run("caller", { calls: calls as unknown as Json });
  assert.equal(report.status, "completed", JSON.stringify(report.error));
  return { report, outcomes: report.result as unknown as Outcome[] };
}

async function one(name: string, ...args: Json[]): Promise<Outcome & { attempts: number }> {
  const { report, outcomes } = await run([{ path: name, args }]);
  return { ...outcomes[0], attempts: report.calls[0]?.attempts ?? 0 };
}

const addresses = (): string[] => standIns.workspace.organisation.users.map(({ email }) => email);
const calls = (): LoggedRequest[] => standIns.workspace.log.requests.filter((request) => request.path !== "/token");

/** The next API request goes wrong. */
function nextFails(fault: Fault): void {
  standIns.workspace.faults.add({ match: (request) => request.path !== "/token", fault, times: 1 });
}

describe("tools.gapi in a run", () => {
  test("200 concurrent calls get one token for each subject and scope set, which nothing that is kept of the run holds", async () => {
    const users = addresses();
    const { report, outcomes } = await run(
      Array.from({ length: 200 }, (_, i) => ({
        path: i % 2 ? "gmail.users.messages.list" : "admin.users.get",
        args: [i % 2 ? { userId: users[i % users.length]!, maxResults: 1 + i } : { userKey: users[i % users.length]! }],
      })),
    );
    assert.ok(
      outcomes.every(({ value }) => value !== undefined),
      JSON.stringify(outcomes.find(({ code }) => code)),
    );
    assert.equal(calls().length, 200);
    const { tokenExchanges } = standIns.workspace;
    assert.equal(tokenExchanges.size, 1 + new Set(users.filter((_, i) => i % 2)).size);
    for (const [who, count] of tokenExchanges) assert.equal(count, 1, who);

    const history = await stack.client.workflow.getHandle(report.taskRunId).fetchHistory();
    const bytes = Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish());
    assert.ok(bytes.includes("gapi.gmail.users.messages.list"), "the history can be searched");
    assert.ok(!bytes.includes("ya29.") && !bytes.includes("Bearer "), "a token is in the history");
    assert.ok(!/ya29\.|Bearer /.test(JSON.stringify(report)), "a token is in the record");
  });

  test("a method is one tool in the record, whichever of its names the task uses", async () => {
    const names = ["admin.domains.list", "admin.directory.domains.list", "admin.directory_v1.domains.list"];
    const { report } = await run(names.map((name) => ({ path: name })));
    assert.deepEqual(new Set(report.calls.map(({ tool }) => tool)), new Set(["gapi.admin.directory.domains.list"]));
  });

  test("429 is tried again once the time that it asks for is over, under the same idempotency key", async () => {
    nextFails({ kind: "status", status: 429, retryAfterSeconds: 2 });
    const { value, attempts } = await one("admin.domains.list");
    assert.ok(value !== undefined);
    assert.equal(attempts, 2);
    const [first, second] = calls();
    assert.ok(second!.startedAt - first!.endedAt! >= 2000, `${second!.startedAt - first!.endedAt!} ms`);
    assert.equal(first!.idempotencyKey, second!.idempotencyKey);
    assert.match(first!.idempotencyKey ?? "", /^[\w-]{22}$/);
  });

  for (const [what, fault, options] of [
    ["500", { kind: "status", status: 500 }, {}],
    ["a connection that breaks in the middle of an answer", { kind: "cut" }, {}],
    ["a service that hangs", { kind: "hang" }, { timeoutMs: 500 }],
  ] as const) {
    test(`${what} is tried again`, async () => {
      nextFails(fault);
      const { value, attempts } = await one("admin.domains.list", {}, options);
      assert.ok(value !== undefined);
      assert.equal(attempts, 2);
    });
  }

  test("a token that was refused is replaced within the attempt", async () => {
    await one("admin.domains.list");
    standIns.workspace.revokeTokens();
    standIns.workspace.log.clear();
    const { value, attempts } = await one("admin.domains.list");
    assert.ok(value !== undefined);
    assert.equal(attempts, 1);
    assert.deepEqual(
      calls().map(({ status }) => status),
      [401, 200],
    );
  });

  test("what Google refuses reaches the task with Google's reason, and is not tried again", async () => {
    const [admin = "", other = ""] = addresses();
    const refused = await Promise.all([
      one("admin.domains.list", {}, { subject: other === standIns.workspace.admin ? admin : other }),
      one("gmail.users.messages.get", { userId: admin, id: "00000000deadbeef" }),
      one("gmail.users.messages.list", { userId: "nobody@example.com" }),
      one("admin.users.list", { customer: "my_customer", maxResults: -1 }),
    ]);
    assert.deepEqual(
      refused.map(({ code, attempts }) => [code, attempts]),
      [
        ["forbidden", 1],
        ["not_found", 1],
        ["unknown_subject", 1],
        ["invalid_argument", 1],
      ],
    );
    assert.match(refused[0].message ?? "", /403 forbidden: Not Authorized to access this resource\/api/);
    assert.match(refused[1].message ?? "", /404 notFound: Requested entity was not found/);
  });

  test("an answer that is no JSON, and one that is too large, are errors", async () => {
    nextFails({ kind: "notJson" });
    assert.equal((await one("admin.domains.list")).code, "google_not_json");
    nextFails({ kind: "tooLong", bytes: 11 * 1024 * 1024 });
    assert.equal((await one("admin.domains.list")).code, "result_too_large");
  });

  test("a path that leads nowhere rejects with what was meant, and asks nobody", async () => {
    const { code, message } = await one("gmail.users.mesages.list", { userId: "me" });
    assert.equal(code, "unknown_tool");
    assert.match(message ?? "", /Did you mean tools\.gapi\.gmail\.users\.messages\.list\?/);
    assert.equal((await one("gmail.users.messages.constructor")).code, "unknown_tool");
    assert.equal(calls().length, 0);
  });

  test("a clock that is off and a key that was revoked are told by their names", async () => {
    const { workspace } = standIns;
    workspace.clockSkewMs = 2 * 3_600_000;
    try {
      const { code, message } = await one("admin.groups.list", {}, { scopes: "admin.directory.user" });
      assert.equal(code, "clock_wrong", message);
      assert.match(message ?? "", /120 minutes behind/);
    } finally {
      workspace.clockSkewMs = 0;
    }
    workspace.revokeKey();
    const { code, message } = await one("admin.domains.list", {}, { scopes: "admin.directory.domain" });
    assert.equal(code, "credentials_revoked", message);
  });
});

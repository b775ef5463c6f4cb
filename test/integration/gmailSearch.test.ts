import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { GmailSearchResult } from "../../cli/render/gmailSummary.ts";
import { startStandIns, type StandIns } from "../../dev/standins/standIns.ts";
import type { LoggedRequest } from "../../dev/standins/workspace/requestLog.ts";
import type { WorkspaceOptions } from "../../dev/standins/workspace/workspace.ts";
import type { RunReport } from "../../protocol/run.ts";
import { openLoader } from "../../cli/openLoader.ts";
import { SAMPLE_TASKS } from "../../cli/sampleTasks.ts";
import { publishFolder } from "../../publishing/publishFolder.ts";
import { eventually } from "../support/eventually.ts";
import { TestStack } from "../support/stack.ts";

const TASKS = path.join(import.meta.dirname, "../../tasks");
const SEARCH = "comprehensive-gmail-search";

/** All that a mailbox of the test has fits below it, and so do a domain's users. */
const EVERYTHING = { maxResultsPerUser: 100, maxUsersPerDomain: 500 };

/** A stack whose workers call a Workspace of the test's own. */
async function standUp(workspace: WorkspaceOptions): Promise<{ stack: TestStack; standIns: StandIns }> {
  const stack = await TestStack.start();
  const standIns = await startStandIns({ folder: path.join(stack.directory, "standins"), workspace });
  const { problems } = await publishFolder(TASKS, stack.store.versions, openLoader, Object.keys(SAMPLE_TASKS));
  assert.deepEqual(problems, []);
  return { stack, standIns };
}

function resultOf(report: RunReport): GmailSearchResult {
  assert.equal(report.status, "completed", JSON.stringify(report.error));
  return report.result as unknown as GmailSearchResult;
}

function messagesByUser({ domains }: GmailSearchResult): Map<string, string[]> {
  const users = domains.flatMap((domain) => domain.users).filter(({ error }) => error === undefined);
  return new Map(users.map(({ email, emails }) => [email, emails.map(({ id }) => id)]));
}

const isCall = ({ path }: Pick<LoggedRequest, "path">): boolean => path !== "/token";

describe("the Gmail search over a Workspace that answers every tenth request with 429 or 500, its worker killed in the middle", () => {
  let stack: TestStack;
  let standIns: StandIns;
  before(async () => {
    // As small a wait as there is: what is tested is the retry, not the patience.
    const faults = { share: 0.1, statuses: [429, 500], retryAfterSeconds: 0 };
    ({ stack, standIns } = await standUp({ domains: 4, users: 200, suspended: 0, messagesPerUser: 4, faults }));
  });
  after(async () => {
    await standIns.stop();
    await stack.stop();
  });

  test("finds exactly what the Workspace holds, and makes no completed call again", async () => {
    const { workspace } = standIns;
    const calls = (): LoggedRequest[] => workspace.log.requests.filter(isCall);
    const answered = (): LoggedRequest[] => workspace.log.completed.filter(isCall);
    const first = await stack.workerProcess(standIns.environment);
    const run = await stack.start(SEARCH, { query: "in:inbox", usersAtOnce: 20, ...EVERYTHING });

    // In the middle: from here on requests arrive and are not answered.
    await workspace.log.until(() => answered().length >= 200);
    const hold = workspace.hold(isCall);
    // What was answered before is recorded: it and the authentication are all that has settled.
    await eventually(async () => {
      const { calls: issued, waiting } = await stack.tasker.progress(run);
      return issued - waiting === answered().length + 1 && waiting === 20 && calls().some(isHeld);
    });
    const heldByFirst = calls().filter(isHeld);
    await first.kill();
    await workspace.log.until((log) => log.requests.every(({ endedAt }) => endedAt !== undefined));
    // A call that was refused may have been made again until the worker was gone.
    const exchangesOfFirst = new Map(workspace.tokenExchanges);
    hold.release();
    const second = await stack.workerProcess(standIns.environment);
    const result = resultOf(await stack.tasker.result(run));

    const truth = workspace.truth({ q: "in:inbox" });
    assert.deepEqual(result.totals, { domains: 4, users: 200, emails: truth.messages, failures: 0 });
    assert.deepEqual(result.cut, { users: 0, emails: 0 });
    const found = messagesByUser(result);
    assert.deepEqual(sorted(found), sorted(truth.byUser));
    const ids = [...found].flatMap(([email, messages]) => messages.map((id) => `${email} ${id}`));
    assert.equal(new Set(ids).size, ids.length, "a message was counted twice");

    // The Workspace's own log: every call has one completed answer, and only held or refused ones came again.
    assert.deepEqual([...workspace.log.repeated()], []);
    const byCall = Map.groupBy(calls(), ({ idempotencyKey }) => idempotencyKey);
    for (const [key, requests] of byCall) {
      assert.ok(key !== undefined);
      assert.equal(requests.filter(isCompleted).length, 1, JSON.stringify(requests));
      assert.ok(isCompleted(requests.at(-1)!), `${key} was asked again after its answer`);
    }
    assert.ok(heldByFirst.length > 0, "the worker was killed with no call in flight");
    for (const status of [429, 500])
      assert.ok(
        calls().some((call) => call.status === status),
        `no ${status}`,
      );

    // One token for each subject and scope set in each worker's life.
    for (const [who, count] of exchangesOfFirst) assert.equal(count, 1, who);
    for (const [who, count] of workspace.tokenExchanges) {
      const before = exchangesOfFirst.get(who) ?? 0;
      assert.ok(count - before <= 1, `${who}: ${count - before} tokens in one worker`);
    }
    await second.kill();
  });
});

function isHeld({ endedAt }: LoggedRequest): boolean {
  return endedAt === undefined;
}

function isCompleted({ sent, status }: LoggedRequest): boolean {
  return sent && status === 200;
}

function sorted(byUser: ReadonlyMap<string, readonly string[]>): [string, string[]][] {
  return [...byUser]
    .map(([email, ids]): [string, string[]] => [email, ids.toSorted()])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("the sample tasks over the stand-in", () => {
  let stack: TestStack;
  let standIns: StandIns;
  before(async () => {
    ({ stack, standIns } = await standUp({ domains: 4, users: 12, suspended: 0.25 }));
    await stack.worker(standIns.environment);
  });
  after(async () => {
    await stack.stop();
    await standIns.stop();
  });

  test("a user whose mailbox refuses is reported, and the others are searched", async () => {
    const { workspace } = standIns;
    const search = { maxResultsPerUser: 3, maxUsersPerDomain: 2 };
    const truth = workspace.truth({ q: "is:unread", ...search });
    assert.ok(truth.refused.length > 0);
    const result = resultOf(await stack.run(SEARCH, { query: "is:unread", ...search }));
    const users = result.domains.flatMap((domain) => domain.users);
    assert.deepEqual(
      users
        .filter(({ error }) => error !== undefined)
        .map(({ email }) => email)
        .sort(),
      truth.refused.toSorted(),
    );
    assert.deepEqual(result.totals, {
      domains: 4,
      users: truth.byUser.size + truth.refused.length,
      emails: truth.messages,
      failures: truth.refused.length,
    });
    assert.deepEqual(sorted(messagesByUser(result)), sorted(truth.byUser));
  });

  test("a query that Gmail understands otherwise than as text finds what Gmail would find", async () => {
    for (const query of ["from:billing", "has:attachment -in:sent", "subject:invoice newer_than:90d"]) {
      const result = resultOf(await stack.run(SEARCH, { query, ...EVERYTHING }));
      assert.equal(result.totals.emails, standIns.workspace.truth({ q: query }).messages, query);
    }
  });

  test("gapi-list-domains-with-nested lists the domains, and runs the diagnostic inside when asked to", async () => {
    const domains = standIns.workspace.organisation.domains.map(({ name }) => name);
    const alone = await stack.run("gapi-list-domains-with-nested", {});
    const { stats: none, ...rest } = alone.result as { stats: unknown; domains: { domain: string }[]; granted: object };
    assert.deepEqual(
      rest.domains.map(({ domain }) => domain),
      domains,
    );
    assert.equal(none, null);
    assert.ok(!JSON.stringify(alone).includes("ya29"), "a token came into the run");
    const { result, calls } = await stack.run("gapi-list-domains-with-nested", { includeStats: true });
    assert.equal((result as { stats: { sealed: boolean } }).stats.sealed, true);
    assert.ok(calls.some(({ tool }) => tool === "tasks.execute"));
  });
});

test("without a permission that it needs, the search ends at its first call, with Google's reason", async () => {
  const scopes = ["https://www.googleapis.com/auth/gmail.readonly"];
  const { stack, standIns } = await standUp({ domains: 1, users: 2, scopes });
  try {
    await stack.worker(standIns.environment);
    const { status, error, calls } = await stack.run(SEARCH, {});
    assert.equal(status, "failed");
    assert.equal(error?.class, "tool", JSON.stringify(error));
    assert.match(error.message, /admin\.directory\.domain\.readonly/);
    assert.equal(calls.length, 1);
  } finally {
    await stack.stop();
    await standIns.stop();
  }
});

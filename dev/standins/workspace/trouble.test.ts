import assert from "node:assert/strict";
import http from "node:http";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { JWT } from "google-auth-library";
import type { Fault, FaultOptions } from "./faults.ts";
import { googleClients, jwt, refusal } from "./testing/googleClients.ts";
import { startWorkspace, type Workspace } from "./workspace.ts";

let workspace: Workspace;
let auth: JWT;
const profile = () => googleClients(workspace, auth).gmail.users.getProfile({ userId: "me" });

/** The status of each of so many attempts to list each of so many queries. */
async function statuses(options: FaultOptions, queries: readonly string[], attempts: number): Promise<number[][]> {
  workspace.faults.set({ ...options, retryAfterSeconds: 0 });
  const { messages } = googleClients(workspace, auth).gmail.users;
  return Promise.all(
    queries.map(async (q) => {
      const seen: number[] = [];
      for (let i = 0; i < attempts; i++) {
        const answer = await messages.list({ userId: "me", q }).catch((error: unknown) => {
          return (error as { response: { status: number } }).response;
        });
        seen.push(answer.status);
      }
      return seen;
    }),
  );
}

const QUERIES = Array.from({ length: 100 }, (_, i) => `query ${i}`);

describe("trouble that a stand-in Workspace makes when told to", () => {
  beforeEach(async () => {
    workspace = await startWorkspace({ seed: "trouble" });
    auth = jwt(workspace, workspace.admin, ["gmail.readonly"]);
    await auth.authorize();
  });
  afterEach(() => workspace.stop());

  it("is the same for the same seed, whatever the order, and about as much as was asked for", async () => {
    const first = await statuses({ share: 0.3 }, QUERIES, 2);
    const second = await statuses({ share: 0.3 }, QUERIES.toReversed(), 2);
    assert.deepEqual(second.toReversed(), first);
    const failed = first.filter(([status]) => status !== 200).length;
    assert.ok(failed > 15 && failed < 45, `${failed} of 100`);
    assert.deepEqual([...new Set(first.flat())].sort(), [200, 429, 500, 503]);
  });

  it("ends for a request that is tried again", async () => {
    const all = await statuses({ share: 1, inARow: 2 }, QUERIES.slice(0, 5), 3);
    for (const seen of all) {
      assert.ok(seen.slice(0, 2).every((status) => status >= 429));
      assert.equal(seen[2], 200);
    }
  });

  it("is a 429 with Google's body and Retry-After", async () => {
    workspace.faults.set({ share: 1, statuses: [429], retryAfterSeconds: 7 });
    const { status, headers, data } = await refusal(profile());
    assert.equal(status, 429);
    assert.equal(headers.get("retry-after"), "7");
    const { error } = data as { error: { status: string; errors: { reason: string }[] } };
    assert.deepEqual([error.status, error.errors[0]?.reason], ["RESOURCE_EXHAUSTED", "rateLimitExceeded"]);
  });

  it("comes from a quota of requests a second, of each user alone", async () => {
    workspace.quotaPerSecond = 3;
    const settled = await Promise.allSettled(Array.from({ length: 20 }, profile));
    const passed = settled.filter(({ status }) => status === "fulfilled").length;
    assert.ok(passed >= 3 && passed < 20, `${passed} of 20`);
    const limited = workspace.log.requests.filter(({ status }) => status === 429);
    assert.equal(limited.length, 20 - passed);
    const other = workspace.organisation.users.find((user) => !user.isAdmin && !user.suspended)!;
    const client = googleClients(workspace, jwt(workspace, other.email, ["gmail.readonly"]));
    await client.gmail.users.getProfile({ userId: "me" });
    workspace.quotaPerSecond = undefined;
    await Promise.all(Array.from({ length: 20 }, profile));
  });

  const once = (fault: Fault) =>
    workspace.faults.add({ match: ({ path }) => path.endsWith("/profile"), fault, times: 1 });
  const last = () => workspace.log.requests.at(-1)!;

  it("is a page instead of JSON, then the answer", async () => {
    once({ kind: "notJson" });
    assert.match((await profile()).data as string, /<!DOCTYPE html>/);
    assert.equal((await profile()).data.emailAddress, workspace.admin);
  });

  it("is an answer as long as was asked for", async () => {
    once({ kind: "tooLong", bytes: 3_000_000 });
    assert.ok(JSON.stringify((await profile()).data).length >= 3_000_000);
  });

  it("is no answer, which the log tells from an answer", async () => {
    once({ kind: "hang" });
    const given = new AbortController();
    const headers = { authorization: `Bearer ${auth.credentials.access_token}` };
    const request = http.get(`${workspace.url}/gmail/v1/users/me/profile`, { headers, signal: given.signal });
    request.on("error", () => undefined);
    await workspace.log.until(() => last().fault === "hang");
    given.abort();
    await workspace.log.until(() => last().endedAt !== undefined);
    assert.deepEqual([last().sent, last().status, last().user], [false, undefined, workspace.admin]);
  });

  it("is half an answer, which the log does not count as sent", async () => {
    once({ kind: "cut" });
    await assert.rejects(profile());
    await workspace.log.until(() => last().endedAt !== undefined);
    assert.equal(last().sent, false);
    assert.equal(workspace.log.completed.filter(({ path }) => path.endsWith("/profile")).length, 0);
  });

  it("meets the token endpoint, too", async () => {
    workspace.faults.add({ match: ({ path }) => path === "/token", fault: { kind: "status", status: 503 }, times: 1 });
    const answer = await fetch(workspace.credentials.token_uri, { method: "POST" });
    assert.equal(answer.status, 503);
  });

  it("stops when its rule is taken away", async () => {
    const stop = workspace.faults.add({ match: () => true, fault: { kind: "status", status: 500 } });
    assert.equal((await refusal(profile())).status, 500);
    stop();
    await profile();
  });

  it("keeps requests waiting until they are released", async () => {
    const hold = workspace.hold(({ path, user }) => path.endsWith("/profile") && user === workspace.admin);
    let answered = 0;
    const requests = [profile(), profile()].map((request) => request.then(() => answered++));
    await hold.caught(2);
    // Others pass meanwhile.
    await googleClients(workspace, auth).gmail.users.labels.list({ userId: "me" });
    assert.equal(answered, 0);
    hold.release();
    await Promise.all(requests);
    await profile();
  });

  it("leaves a log that shows repeated completed requests, and none that only failed before", async () => {
    workspace.faults.add({ match: () => true, fault: { kind: "status", status: 500 }, times: 1 });
    await refusal(profile());
    await profile();
    assert.deepEqual([...workspace.log.repeated()], []);
    await profile();
    const key = `${workspace.admin} GET /gmail/v1/users/me/profile`;
    await workspace.log.until((log) => log.repeated().has(key));
    assert.deepEqual([...workspace.log.repeated()], [[key, 2]]);
  });

  it("notes idempotency keys", async () => {
    const headers = { authorization: `Bearer ${auth.credentials.access_token}`, "idempotency-key": "run:7" };
    await (await fetch(`${workspace.url}/gmail/v1/users/me/profile`, { headers })).text();
    assert.equal(last().idempotencyKey, "run:7");
  });

  it("does not keep a Workspace from stopping", async () => {
    once({ kind: "hang" });
    workspace.hold(({ path }) => path.endsWith("/labels"));
    const waiting = [profile(), googleClients(workspace, auth).gmail.users.labels.list({ userId: "me" })];
    const ended = Promise.allSettled(waiting);
    await workspace.log.until(
      ({ requests }) => requests.filter(({ path }) => /profile|labels/.test(path)).length === 2,
    );
    await workspace.stop();
    assert.ok((await ended).every(({ status }) => status === "rejected"));
    workspace = await startWorkspace();
  });
});

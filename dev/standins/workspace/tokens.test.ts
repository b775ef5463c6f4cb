import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, describe, it } from "node:test";
import { apiRefusal, googleClients, jwt, refreshClient, refusal } from "./testing/googleClients.ts";
import { startWorkspace } from "./workspace.ts";

const READ_MAIL = "https://www.googleapis.com/auth/gmail.readonly";
const TIMES = /^Invalid JWT: Token must be a short-lived token \(60 minutes\) and in a reasonable timeframe/;

describe("the token endpoint, as google-auth-library meets it", async () => {
  const workspace = await startWorkspace({ suspended: 0 });
  after(() => workspace.stop());
  const jane = workspace.organisation.users[3]!.email;
  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

  it("gives a token for a subject and its scopes, and counts what it gave", async () => {
    const before = Date.now();
    const { access_token: token, expiry_date: expiry } = await jwt(workspace, jane, [READ_MAIL]).authorize();
    assert.match(token ?? "", /^ya29\./);
    assert.ok(expiry! > before + 3_500_000 && expiry! <= Date.now() + 3_600_000);
    assert.equal(workspace.tokenExchanges.get(`${jane} ${READ_MAIL}`), 1);
    await jwt(workspace, jane, [READ_MAIL]).authorize();
    assert.equal(workspace.tokenExchanges.get(`${jane} ${READ_MAIL}`), 2);
    const logged = workspace.log.requests.filter(({ path }) => path === "/token");
    assert.deepEqual(logged.at(-1)?.user, jane);
  });

  it("takes its own address for the audience as well as Google's", async () => {
    await jwt(workspace, jane, [READ_MAIL], { aud: workspace.credentials.token_uri }).authorize();
  });

  const refusals: [string, () => Promise<unknown>, number, string, RegExp][] = [
    [
      "a signature of another key",
      () => {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const client = jwt(workspace, jane, [READ_MAIL]);
        client.key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
        return client.authorize();
      },
      400,
      "invalid_grant",
      /^Invalid JWT Signature\.$/,
    ],
    [
      "another account",
      () => jwt(workspace, jane, [READ_MAIL], { iss: "other@tasker-stand-in.iam.gserviceaccount.com" }).authorize(),
      400,
      "invalid_grant",
      /account not found/,
    ],
    [
      "another audience",
      () => jwt(workspace, jane, [READ_MAIL], { aud: "https://elsewhere.example/token" }).authorize(),
      400,
      "invalid_grant",
      /Failed audience check/,
    ],
    [
      "a clock an hour ahead",
      () => jwt(workspace, jane, [READ_MAIL], { iat: inSeconds(3_600), exp: inSeconds(7_200) }).authorize(),
      400,
      "invalid_grant",
      TIMES,
    ],
    [
      "a clock two hours behind",
      () => jwt(workspace, jane, [READ_MAIL], { iat: inSeconds(-7_200), exp: inSeconds(-3_600) }).authorize(),
      400,
      "invalid_grant",
      TIMES,
    ],
    [
      "an assertion for more than an hour",
      () => jwt(workspace, jane, [READ_MAIL], { iat: inSeconds(0), exp: inSeconds(3_601) }).authorize(),
      400,
      "invalid_grant",
      TIMES,
    ],
    [
      "somebody who does not exist",
      () => jwt(workspace, "nobody@example.com", [READ_MAIL]).authorize(),
      400,
      "invalid_grant",
      /^Invalid email or User ID$/,
    ],
    [
      "nobody",
      () => jwt(workspace, undefined, [READ_MAIL]).authorize(),
      401,
      "unauthorized_client",
      /^Client is unauthorized to retrieve access tokens using this method/,
    ],
    [
      "a scope that was not granted, beside one that was",
      () => jwt(workspace, jane, [READ_MAIL, "spreadsheets"]).authorize(),
      401,
      "unauthorized_client",
      /client not authorized for any of the scopes requested/,
    ],
    [
      "what is no JWT",
      () => jwt(workspace, jane, [READ_MAIL], { iat: "now", exp: "later" }).authorize(),
      400,
      "invalid_grant",
      TIMES,
    ],
  ];
  for (const [what, attempt, status, error, description] of refusals) {
    it(`refuses ${what}, in Google's words`, async () => {
      const answer = await refusal(attempt());
      const data = answer.data as { error: string; error_description: string };
      assert.equal(answer.status, status);
      assert.equal(data.error, error);
      assert.match(data.error_description, description);
    });
  }

  it("refuses what is no JWT, and what is no grant that it knows", async () => {
    const post = async (form: Record<string, string>) => {
      const answer = await fetch(workspace.credentials.token_uri, { method: "POST", body: new URLSearchParams(form) });
      return [answer.status, ((await answer.json()) as { error: string }).error];
    };
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    assert.deepEqual(await post({ grant_type, assertion: "a.b.c" }), [400, "invalid_grant"]);
    assert.deepEqual(await post({ grant_type }), [400, "invalid_grant"]);
    assert.deepEqual(await post({ grant_type: "password" }), [400, "unsupported_grant_type"]);
  });

  it("takes a refresh token for the administrator, and no other", async () => {
    const { data } = await googleClients(workspace, refreshClient(workspace)).gmail.users.getProfile({ userId: "me" });
    assert.equal(data.emailAddress, workspace.admin);
    const wrong = refreshClient(workspace);
    wrong._refreshToken = "1//another";
    wrong.credentials.refresh_token = "1//another";
    const { data: answer } = await refusal(wrong.getAccessToken());
    assert.equal((answer as { error: string }).error, "invalid_grant");
  });
});

describe("tokens", async () => {
  const workspace = await startWorkspace({ suspended: 0 });
  after(() => workspace.stop());
  const jane = workspace.organisation.users[3]!.email;
  const profile = (token: string) =>
    fetch(`${workspace.url}/gmail/v1/users/me/profile`, { headers: { authorization: `Bearer ${token}` } });

  it("expire, and are worth nothing then", async () => {
    const { access_token: token } = await jwt(workspace, jane, [READ_MAIL]).authorize();
    assert.equal((await profile(token!)).status, 200);
    workspace.clockSkewMs = 3_600_000;
    const answer = await profile(token!);
    workspace.clockSkewMs = 0;
    assert.equal(answer.status, 401);
    const { error } = (await answer.json()) as { error: { status: string; errors: { reason: string }[] } };
    assert.deepEqual([error.status, error.errors[0]?.reason], ["UNAUTHENTICATED", "authError"]);
  });

  it("live as long as they are told to", async () => {
    workspace.tokenSeconds = 5;
    const { expiry_date: expiry } = await jwt(workspace, jane, [READ_MAIL]).authorize();
    workspace.tokenSeconds = 3_599;
    assert.ok(expiry! <= Date.now() + 5_000);
  });

  it("are worth nothing once they are revoked, and new ones are to be had", async () => {
    const use = (auth: ReturnType<typeof jwt>) =>
      googleClients(workspace, auth).gmail.users.getProfile({ userId: "me" });
    const client = jwt(workspace, jane, [READ_MAIL]);
    await use(client);
    workspace.revokeTokens();
    assert.equal((await refusal(use(client))).status, 401);
    await use(jwt(workspace, jane, [READ_MAIL]));
  });

  it("are not enough without a scope of the method", async () => {
    const { gmail } = googleClients(workspace, jwt(workspace, jane, ["drive.readonly"]));
    const { data, headers } = await refusal(gmail.users.messages.list({ userId: "me" }));
    const { error } = data as { error: { code: number; errors: { reason: string }[]; details: { reason: string }[] } };
    assert.equal(error.code, 403);
    assert.equal(error.errors[0]?.reason, "insufficientPermissions");
    assert.equal(error.details[0]?.reason, "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    assert.match(headers.get("www-authenticate") ?? "", /insufficient_scope/);
  });

  it("are missed when there is none", async () => {
    const answer = await fetch(`${workspace.url}/gmail/v1/users/me/profile`);
    assert.equal(answer.status, 401);
    assert.match(await answer.text(), /"reason": "required"/);
  });

  it("open nobody else's mailbox, not even the administrator's token", async () => {
    const { gmail } = googleClients(workspace, jwt(workspace, workspace.admin, [READ_MAIL]));
    const answer = await apiRefusal(gmail.users.messages.list({ userId: jane }));
    assert.deepEqual(answer, { code: 403, reason: "forbidden", message: `Delegation denied for ${workspace.admin}` });
  });

  it("open the directory to administrators only", async () => {
    const scopes = ["admin.directory.user.readonly"];
    const { directory } = googleClients(workspace, jwt(workspace, jane, scopes));
    const answer = await apiRefusal(directory.users.list({ customer: "my_customer" }));
    const message = "Not Authorized to access this resource/api";
    assert.deepEqual(answer, { code: 403, reason: "forbidden", message });
  });

  it("are no more to be had once the key is revoked", async () => {
    workspace.revokeKey();
    const { data } = await refusal(jwt(workspace, jane, [READ_MAIL]).authorize());
    assert.equal((data as { error: string }).error, "invalid_grant");
  });
});

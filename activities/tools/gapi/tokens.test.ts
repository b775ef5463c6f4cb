import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { GAPI_BOUNDS } from "./bounds.ts";
import type { GoogleCredential } from "./credential.ts";
import type { GoogleToken, TokenRequest } from "./token.ts";
import { createTokens } from "./tokens.ts";

const account: GoogleCredential = {
  ...{ kind: "service_account", id: "a", email: "tasker@test", clientId: "1", privateKey: "", tokenUri: "" },
};

const asking = (changes: Partial<TokenRequest> = {}): TokenRequest => ({
  ...{ credential: account, subject: "jane@example.com", scopes: ["a", "b"], ...changes },
});

/** Gives out tokens that live for an hour, one for each request. */
function issuer(lifeMs = 3_600_000) {
  const requests: TokenRequest[] = [];
  const tokens = createTokens((request) => {
    requests.push(request);
    const obtainedAt = Date.now();
    const value = `token ${requests.length}`;
    return Promise.resolve<GoogleToken>({ value, obtainedAt, expiresAt: obtainedAt + lifeMs, scopes: undefined });
  });
  return { tokens, requests };
}

describe("a token is obtained", () => {
  it("once for a subject and scope set, however many calls wait for it and in whatever order they name the scopes", async () => {
    const { tokens, requests } = issuer();
    const all = Array.from({ length: 200 }, (_, i) => tokens.get(asking({ scopes: i % 2 ? ["a", "b"] : ["b", "a"] })));
    assert.deepEqual(new Set((await Promise.all(all)).map(({ value }) => value)), new Set(["token 1"]));
    assert.equal((await tokens.get(asking())).value, "token 1");
    assert.equal(requests.length, 1);
  });

  it("for each subject, scope set and credential", async () => {
    const { tokens, requests } = issuer();
    await tokens.get(asking());
    await tokens.get(asking({ subject: "bob@example.com" }));
    await tokens.get(asking({ subject: undefined }));
    await tokens.get(asking({ scopes: ["a"] }));
    await tokens.get(asking({ credential: { ...account, id: "b" } }));
    assert.equal(requests.length, 5);
  });

  it("once for an authorized user, who stands for whatever was consented to", async () => {
    const { tokens, requests } = issuer();
    const user: GoogleCredential = {
      ...{ kind: "authorized_user", id: "u", clientId: "", clientSecret: "", refreshToken: "", tokenUri: "" },
    };
    await tokens.get(asking({ credential: user, scopes: ["a"] }));
    await tokens.get(asking({ credential: user, scopes: ["b"] }));
    assert.equal(requests.length, 1);
  });

  it("again before the old one ends, early enough for a long call and not at each call for a token of a short life", async () => {
    mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
    try {
      for (const lifeMs of [3_600_000, 60_000]) {
        const ahead = Math.min(GAPI_BOUNDS.refreshAheadMs, lifeMs / 5);
        const { tokens, requests } = issuer(lifeMs);
        await tokens.get(asking());
        mock.timers.setTime(Date.now() + lifeMs - ahead - 1);
        await tokens.get(asking());
        assert.equal(requests.length, 1, `${lifeMs} ms, just before`);
        mock.timers.setTime(Date.now() + 1);
        await tokens.get(asking());
        assert.equal(requests.length, 2, `${lifeMs} ms, ahead of its end`);
      }
    } finally {
      mock.timers.reset();
    }
  });

  it("once when many calls were refused with the same one", async () => {
    const { tokens, requests } = issuer();
    const old = await tokens.get(asking());
    const renewed = await Promise.all(
      Array.from({ length: 50 }, async () => {
        tokens.refuse(asking(), old);
        return tokens.get(asking());
      }),
    );
    assert.deepEqual(new Set(renewed.map(({ value }) => value)), new Set(["token 2"]));
    tokens.refuse(asking(), old); // late, and no longer anybody's
    assert.equal((await tokens.get(asking())).value, "token 2");
    assert.equal(requests.length, 2);
  });

  it("again after an exchange that failed, which fails every call that waited", async () => {
    let exchanges = 0;
    const tokens = createTokens(() => {
      exchanges++;
      return Promise.reject(new Error("refused"));
    });
    const all = await Promise.allSettled([tokens.get(asking()), tokens.get(asking())]);
    assert.deepEqual(new Set(all.map(({ status }) => status)), new Set(["rejected"]));
    assert.equal(exchanges, 1);
    await assert.rejects(tokens.get(asking()), /refused/);
    assert.equal(exchanges, 2);
  });
});

it("no more tokens are kept than the bound, the least recently used dropped first", async () => {
  const { tokens, requests } = issuer();
  const of = (user: number) => tokens.get(asking({ subject: `${user}@example.com` }));
  for (let user = 0; user < GAPI_BOUNDS.tokens; user++) await of(user);
  await of(0);
  await of(GAPI_BOUNDS.tokens); // drops 1
  const before = requests.length;
  await of(0);
  assert.equal(requests.length, before);
  await of(1);
  assert.equal(requests.length, before + 1);
});

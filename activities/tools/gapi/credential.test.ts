import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { parseCredential } from "./credential.ts";

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
}) as string;
const account = { type: "service_account", client_email: "tasker@test.iam", client_id: "12", private_key: pem };
const user = { type: "authorized_user", client_id: "12.apps", client_secret: "s3cret", refresh_token: "1//r3fresh" };

describe("a credential for Google", () => {
  it("is a service account's key or an authorized user's, with Google's token endpoint unless it names another", () => {
    const parsed = parseCredential(JSON.stringify(account));
    assert.deepEqual(
      { ...parsed, id: "", privateKey: "" },
      {
        ...{ kind: "service_account", id: "", privateKey: "", email: "tasker@test.iam", clientId: "12" },
        tokenUri: "https://oauth2.googleapis.com/token",
      },
    );
    const other = parseCredential(`\uFEFF${JSON.stringify({ ...user, token_uri: "http://127.0.0.1:1/token" })}`);
    assert.equal(other.kind, "authorized_user");
    assert.equal(other.tokenUri, "http://127.0.0.1:1/token");
    assert.notEqual(parsed.id, other.id);
  });

  const INVALID: Readonly<Record<string, readonly [text: string | undefined, code: string, says: RegExp]>> = {
    missing: [
      undefined,
      "credentials_missing",
      /npm run keystore -- set google --namespace services < key\.json.*TASKER_GOOGLE_KEY_FILE/,
    ],
    empty: ["  \n", "credentials_missing", /No credential for Google/],
    "not JSON": [`{"private_key": "${pem}`, "credentials_invalid", /it is not JSON\./],
    "no object": ["[1]", "credentials_invalid", /not a JSON object/],
    "without a type": ["{}", "credentials_invalid", /no field "type"/],
    "of another type": ['{"type":"external_account"}', "credentials_invalid", /"type" is neither/],
    "an OAuth client alone": ['{"installed":{"client_id":"1"}}', "credentials_invalid", /OAuth client/],
    "an account without its address": [
      JSON.stringify({ ...account, client_email: "" }),
      "credentials_invalid",
      /"client_email"/,
    ],
    "an account without a key": [
      JSON.stringify({ ...account, private_key: undefined }),
      "credentials_invalid",
      /"private_key"/,
    ],
    "a user without a refresh token": [
      JSON.stringify({ ...user, refresh_token: 1 }),
      "credentials_invalid",
      /"refresh_token"/,
    ],
    "a key that is none": [
      JSON.stringify({ ...account, private_key: "-----BEGIN PRIVATE KEY-----\nnope" }),
      ...(["credentials_invalid", /"private_key" is not a private key in PEM form\./] as const),
    ],
    "a key whose line breaks were escaped twice": [
      JSON.stringify({ ...account, private_key: pem.replaceAll("\n", "\\n") }),
      ...(["credentials_invalid", /line breaks were escaped twice/] as const),
    ],
    "a key of another kind": [
      JSON.stringify({
        ...account,
        private_key: generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
      }),
      ...(["credentials_invalid", /not an RSA key/] as const),
    ],
    "a token endpoint that is none": [
      JSON.stringify({ ...account, token_uri: "file:///etc" }),
      "credentials_invalid",
      /"token_uri"/,
    ],
  };
  for (const [what, [text, code, says]] of Object.entries(INVALID)) {
    it(`that is ${what} is refused in words that help and hold none of it`, () => {
      assert.throws(
        () => parseCredential(text),
        (error: Error & { code: string; class: string }) => {
          assert.deepEqual([error.code, error.class], [code, "tool"]);
          assert.match(error.message, says);
          assert.doesNotMatch(error.message + String(error.cause), /BEGIN|s3cret|r3fresh/);
          return true;
        },
      );
    });
  }
});

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { LIMITS } from "../../protocol/limits.ts";
import { formsOf } from "./forms.ts";
import { createMask } from "./mask.ts";

const SECRET = 's3cr3t "quoted" pä$$/word+1';

describe("a mask", () => {
  const mask = createMask([SECRET]);

  test("hides a secret wherever it stands, and leaves everything else as it is", () => {
    assert.equal(mask.hide(SECRET), "***");
    assert.equal(mask.hide(`a ${SECRET}, b ${SECRET}`), "a ***, b ***");
    assert.equal(mask.hide(`${SECRET}${SECRET}!`), "***!");
    for (const text of ["", "abc", SECRET.slice(1), SECRET.slice(0, -1), "s3cr"]) assert.equal(mask.hide(text), text);
  });

  const forms: Record<string, string> = {
    "JSON writes": JSON.stringify({ token: SECRET }),
    "JSON in JSON writes": JSON.stringify(JSON.stringify({ token: SECRET })),
    "a URL writes": `https://x.test/?token=${encodeURIComponent(SECRET)}`,
    "a URL that it was put into as it is writes": new URL(`https://x.test/a/${SECRET}`).href,
    "a query that it was put into as it is writes": new URL(`https://x.test/?a=${SECRET}&b=c`).href,
    "a form writes": new URLSearchParams({ token: SECRET.replace("$$", "") }).toString(),
    base64: Buffer.from(SECRET).toString("base64"),
    base64url: Buffer.from(SECRET).toString("base64url"),
    "base64 in a longer text": Buffer.from(`user:${SECRET}:more`).toString("base64"),
    "base64 one byte on": Buffer.from(`user7:${SECRET}:more`).toString("base64"),
    "base64 two bytes on": Buffer.from(`user77:${SECRET}:more`).toString("base64"),
  };
  for (const [form, text] of Object.entries(forms)) {
    test(`hides a secret as ${form} it`, () => {
      const secret = form === "a form writes" ? SECRET.replace("$$", "") : SECRET;
      const hidden = createMask([secret]).hide(text);
      assert.ok(hidden.includes("***"), hidden);
      // At most what its neighbours share with it is left of base64.
      assert.ok(hidden.length < text.length - secret.length + 8, hidden);
    });
  }

  test("hides a secret in whatever case it is written, as a method, a header or a host changes it", () => {
    for (const text of [SECRET.toUpperCase(), SECRET.toLowerCase()]) {
      assert.equal(mask.hide(`<${text}>`), "<***>");
      assert.equal(mask.hide(`<${text.slice(0, 9)}…`), "<***");
      assert.deepEqual(mask.find(JSON.stringify([text])), [SECRET]);
    }
  });

  test("covers overlapping secrets whole", () => {
    const overlapping = createMask(["abcdef", "defghi", "cd"]);
    assert.equal(overlapping.hide("1abcdefghi2"), "1***2");
    assert.equal(createMask(["inner", "the inner one"]).hide("<the inner one> <inner>"), "<***> <***>");
  });

  test("hides the beginning of a secret at which a text was cut off", () => {
    assert.equal(mask.hide(`a line that ends in ${SECRET.slice(0, 9)}…`), "a line that ends in ***");
    assert.equal(mask.hide(`"${SECRET.slice(0, 9)}…" and "${SECRET.slice(0, 4)}…": ${SECRET}`), '"***" and "***": ***');
    for (const text of [`… ${SECRET.slice(0, 9)}`, `${SECRET.slice(0, 3)}…`, `${SECRET.slice(0, 9)} …`]) {
      assert.equal(mask.hide(text), text);
    }
  });

  test("finds which secrets a text holds", () => {
    const two = createMask(["first-secret", "second-secret"]);
    assert.deepEqual(two.find("nothing"), []);
    assert.deepEqual(two.find(JSON.stringify(["second-secret", "second-secret"])), ["second-secret"]);
    assert.deepEqual(two.find("second-secret first-secret"), ["second-secret", "first-secret"]);
  });

  test("does not mask what is shorter than its least, and does from there on", () => {
    const at = "x".repeat(LIMITS.maskedCharacters);
    assert.equal(createMask([at]).hide(`=${at}=`), "=***=");
    assert.equal(createMask([at.slice(1)]).hide(`=${at.slice(1)}=`), `=${at.slice(1)}=`);
  });

  test("takes a secret of any text, a lone surrogate and what regular expressions mean too", () => {
    for (const secret of ["\ud800abc", ".*+?()[]", "line\nline", "\0\0\0\0", "__proto__"]) {
      assert.equal(createMask([secret]).hide(`<${secret}>`), "<***>");
    }
  });

  test("reads 10 MiB of ordinary text, however many secrets there are, without giving up", () => {
    const many = createMask(Array.from({ length: 2000 }, (_, i) => `${i}-secret-number-${"x".repeat(i % 50)}`));
    const text = "no secret here, -------- 12345 numbers neither; ".repeat(LIMITS.argumentBytes / 48);
    assert.deepEqual(many.find(text), []);
  });

  test("takes no memory for each place of a secret, which may be ten million", () => {
    const repeated = createMask(["aaaa"]);
    const text = "a".repeat(LIMITS.argumentBytes);
    const before = process.memoryUsage().heapUsed;
    assert.ok(["***", "all"].includes(repeated.hide(text)));
    assert.notEqual(repeated.find(text).length, 0);
    assert.ok(process.memoryUsage().heapUsed - before < 10 * LIMITS.argumentBytes);
  });

  test("grows by a secret without what it has found so far being lost, up to its forms", () => {
    const growing = createMask(["first-secret"]);
    assert.equal(growing.add("second-secret"), true);
    assert.equal(growing.hide("first-secret second-secret"), "*** ***");
    const forms = formsOf("0000000-token").length;
    const room = Math.floor(LIMITS.maskedForms / forms) - 2;
    for (let i = 0; i < room; i++) assert.equal(growing.add(`${String(i).padStart(7, "0")}-token`), true);
    const more = Array.from({ length: 4 }, (_, i) => growing.add(`more-than-${i}-fit`));
    assert.equal(more.at(-1), false);
  });

  const traps: Record<string, readonly [string[], string]> = {
    "the beginning of thousands": [Array.from({ length: 9000 }, (_, i) => `same beginning ${i}y`), "same beginning y"],
    "the inside of a long one": [["a".repeat(LIMITS.secretBytes)], "a"],
    "nearly the whole of a long one": [[`${"a".repeat(LIMITS.secretBytes - 2)}ba`], "a"],
  };
  for (const [what, [secrets, piece]] of Object.entries(traps)) {
    test(`gives up on 1 MiB that repeats ${what}, and counts it as secret`, () => {
      const trap = createMask(secrets);
      const text = piece.repeat(LIMITS.logBytes / piece.length);
      assert.equal(trap.hide(text), "***");
      assert.equal(trap.find(text), "all");
    });
  }
});

describe("of a secret that is JSON", () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const account = {
    type: "service_account",
    client_email: "robot@project.iam.gserviceaccount.com",
    token_uri: "https://oauth2.googleapis.com/token",
    private_key: privateKey,
    nested: [{ password: "a nested password" }],
  };
  const text = JSON.stringify(account, null, 2);
  const mask = createMask([text]);

  test("the whole text and every string in it are hidden, however deep", () => {
    assert.equal(mask.hide(`<${text}>`), "<***>");
    assert.equal(mask.hide(`<${privateKey}>`), "<***>");
    assert.equal(mask.hide("<a nested password>"), "<***>");
    const written = mask.hide(JSON.stringify(account));
    assert.ok(!written.includes(privateKey.slice(40, 60)), written);
  });

  test("a private key is hidden line by line", () => {
    for (const line of privateKey.split("\n").filter((line) => line.length === 64)) {
      assert.equal(mask.hide(`key: ${line}`), "key: ***");
    }
  });

  test("whose it is and where it is used stay readable", () => {
    const message = `${account.client_email} was refused by ${account.token_uri} as service_account`;
    assert.equal(mask.hide(message), message);
  });

  test("what only looks like JSON is a secret as any other", () => {
    assert.equal(createMask(['{"a": broken']).hide('<{"a": broken>'), "<***>");
  });
});

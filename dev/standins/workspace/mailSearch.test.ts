import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMailbox, type Mail } from "./mailbox.ts";
import { searchMail } from "./mailSearch.ts";
import { rawMail } from "./mailText.ts";
import { createOrganisation, type User } from "./organisation.ts";

const DAY_MS = 86_400_000;
const now = Date.UTC(2026, 5, 15);
const organisation = createOrganisation({ seed: "search", domains: 4, users: 40, suspended: 0, now });
const mailboxes = organisation.users.map((user) => ({
  user,
  mails: createMailbox(user, organisation, { seed: "search", now, messages: 60 }),
}));

const has = (label: string) => (mail: Mail) => mail.labelIds.includes(label);
const hidden = (mail: Mail) => has("SPAM")(mail) || has("TRASH")(mail);
const contains = (text: string, pattern: RegExp) => pattern.test(text);
const anywhere = (mail: Mail) => [mail.from, mail.to, mail.subject, mail.body, mail.attachment ?? ""].join(" ¶ ");

/** Each search with the plain condition that it stands for, apart from spam and trash unless `all`. */
const SEARCHES: readonly [query: string, expected: (mail: Mail, user: User) => boolean, all?: "all"][] = [
  ["", () => true],
  ["in:inbox", has("INBOX")],
  ["in:sent", has("SENT")],
  ["in:drafts", has("DRAFT")],
  ["in:spam", has("SPAM"), "all"],
  ["in:trash OR in:inbox", (mail) => has("TRASH")(mail) || has("INBOX")(mail), "all"],
  ["in:anywhere", () => true, "all"],
  ["is:unread", has("UNREAD")],
  ["is:read in:inbox", (mail) => has("INBOX")(mail) && !has("UNREAD")(mail)],
  ["is:starred", has("STARRED")],
  ["label:projects", has("Label_1")],
  ["label:nothing-of-the-kind", () => false],
  ["category:updates", has("CATEGORY_UPDATES")],
  ["has:attachment", (mail) => mail.attachment !== undefined],
  ["filename:pdf", (mail) => mail.attachment?.endsWith(".pdf") === true],
  ["invoice", (mail) => contains(anywhere(mail), /\binvoice\b/i)],
  ["INVOICE attached", (mail) => contains(anywhere(mail), /\binvoice\b/i) && contains(anywhere(mail), /\battached\b/i)],
  ['"board meeting"', (mail) => contains(anywhere(mail), /\bboard meeting\b/i)],
  ['"meeting board"', () => false],
  ["invoic", () => false],
  ["subject:report", (mail) => contains(mail.subject, /\breports?\b/i) && !/\breports\b/i.test(mail.subject)],
  ['subject:"quarterly report"', (mail) => contains(mail.subject, /quarterly report/i)],
  ["subject:(budget quarter)", (mail) => /budget/i.test(mail.subject) && /quarter\b/i.test(mail.subject)],
  ["subject:{budget lunch}", (mail) => contains(mail.subject, /\b(budget|lunch)\b/i)],
  ["from:northwind.example", (mail) => contains(mail.from, /northwind\.example/)],
  ["from:(contoso OR fabrikam)", (mail) => contains(mail.from, /contoso|fabrikam/i)],
  ["from:me", (mail, user) => mail.from.includes(user.email)],
  ["to:me", (mail, user) => mail.to.includes(user.email)],
  ["to:support@fabrikam.example", (mail) => contains(mail.to, /support@fabrikam\.example/)],
  ["newer_than:7d", (mail) => mail.date >= now - 7 * DAY_MS],
  ["older_than:30d", (mail) => mail.date < now - 30 * DAY_MS],
  ["older_than:1m newer_than:1y", (mail) => mail.date < Date.UTC(2026, 4, 15) && mail.date >= Date.UTC(2025, 5, 15)],
  ["after:2026/06/01", (mail) => mail.date >= Date.UTC(2026, 5, 1, 8)],
  ["before:2026/6/1", (mail) => mail.date < Date.UTC(2026, 5, 1, 8)],
  [`after:${Date.UTC(2026, 5, 1) / 1_000}`, (mail) => mail.date >= Date.UTC(2026, 5, 1)],
  ["larger:600", (mail) => rawMail(mail).length > 600],
  ["smaller:1K", (mail) => rawMail(mail).length < 1_024],
  ["-in:inbox", (mail) => !has("INBOX")(mail)],
  ["-has:attachment is:unread", (mail) => mail.attachment === undefined && has("UNREAD")(mail)],
  ['-"thanks for"', (mail) => !/thanks for/i.test(anywhere(mail))],
  ["in:inbox -(invoice OR budget)", (mail) => has("INBOX")(mail) && !/\b(invoice|budget)\b/i.test(anywhere(mail))],
  ["{subject:lunch subject:welcome}", (mail) => contains(mail.subject, /\b(lunch|welcome)\b/i)],
  // OR takes what stands next to it, not all that is before.
  [
    "is:unread subject:lunch OR subject:welcome",
    (mail) => has("UNREAD")(mail) && contains(mail.subject, /\b(lunch|welcome)\b/i),
  ],
  [
    "(is:unread subject:lunch) OR is:starred",
    (mail) => (has("UNREAD")(mail) && contains(mail.subject, /\blunch\b/i)) || has("STARRED")(mail),
  ],
  // What is no operator, or makes no sense as one, is words.
  ["following:up", () => false],
  ["feedback:weekly", (mail) => contains(anywhere(mail), /feedback, weekly/i)],
  ["update:action", (mail) => contains(anywhere(mail), /update: action/i)],
  ["newer_than:soon", () => false],
  // Brackets and quotes that do not fit are no error.
  ["((in:inbox", has("INBOX")],
  ["in:inbox)) ()", has("INBOX")],
  ['subject:"quarterly', (mail) => contains(mail.subject, /quarterly/i)],
];

describe("a search of mail finds exactly what going through every message finds", () => {
  for (const [q, expected, all] of SEARCHES) {
    it(q === "" ? "(nothing asked)" : q, () => {
      let found = 0;
      for (const { user, mails } of mailboxes) {
        const right = mails.filter((mail) => (all === "all" || !hidden(mail)) && expected(mail, user));
        assert.deepEqual(searchMail(mails, user.email, { q }, now), right);
        found += right.length;
      }
      // A condition that nothing meets would be met by a search that finds nothing.
      if (!/=> false/.test(expected.toString())) assert.ok(found > 0, "the mail of this seed has none: no proof");
    });
  }
});

describe("searches by parameters", () => {
  const { user, mails } = mailboxes.find((box) => box.mails.some(has("SPAM")) && box.mails.some(has("TRASH")))!;
  it("takes all label ids together", () => {
    const right = mails.filter((mail) => has("INBOX")(mail) && has("UNREAD")(mail));
    assert.deepEqual(searchMail(mails, user.email, { labelIds: ["INBOX", "UNREAD"] }, now), right);
  });
  it("shows spam and trash when told to, or when their label is asked for", () => {
    assert.deepEqual(searchMail(mails, user.email, { includeSpamTrash: true }, now), mails);
    assert.deepEqual(searchMail(mails, user.email, { labelIds: ["SPAM"] }, now), mails.filter(has("SPAM")));
  });
});

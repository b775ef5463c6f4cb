import type { Organisation, User } from "./organisation.ts";
import { Random } from "./random.ts";
import { ATTACHMENTS, OUTSIDERS, SENTENCES, SUBJECTS } from "./words.ts";

export interface Mail {
  readonly id: string;
  readonly threadId: string;
  readonly labelIds: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly attachment?: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  readonly messageId: string;
}

export interface MailboxOptions {
  readonly seed: string;
  /** The instant that every message is dated before, in milliseconds. */
  readonly now: number;
  /** The most that a mailbox holds. */
  readonly messages: number;
}

/** A label that a user made, beside Gmail's own. */
export const USER_LABELS = [
  { id: "Label_1", name: "Projects" },
  { id: "Label_2", name: "Receipts" },
];

const DAY_MS = 86_400_000;
/** How far back mail reaches. */
const DAYS = 400;
/** Share of users who have no mail at all. */
const EMPTY = 0.1;

/** A user's mail, newest first. It depends on the seed and the user alone. */
export function createMailbox(user: User, organisation: Organisation, options: MailboxOptions): readonly Mail[] {
  const random = new Random(`${options.seed} mailbox ${user.index}`);
  if (options.messages === 0 || random.chance(EMPTY)) return [];
  const count = 1 + random.below(options.messages);
  const mails: Mail[] = [];
  for (let i = 0; i < count; i++) mails.push(createMail(random, user, organisation, mails, options.now));
  return mails.sort((a, b) => b.date - a.date || (a.id < b.id ? -1 : 1));
}

function createMail(
  random: Random,
  user: User,
  organisation: Organisation,
  earlier: readonly Mail[],
  now: number,
): Mail {
  const id = random.hex(16);
  const own = `${user.givenName} ${user.familyName} <${user.email}>`;
  const colleague = random.of(organisation.users);
  const outsider = random.of(OUTSIDERS);
  const other = random.chance(0.6)
    ? `${colleague.givenName} ${colleague.familyName} <${colleague.email}>`
    : `${outsider.name} <${outsider.email}>`;
  const answered = earlier.length > 0 && random.chance(0.2) ? random.of(earlier) : undefined;
  const subject = random.of(SUBJECTS);
  const labelIds = labels(random);
  const sent = labelIds.includes("SENT") || labelIds.includes("DRAFT");
  return {
    id,
    threadId: answered?.threadId ?? id,
    labelIds,
    from: sent ? own : other,
    to: sent ? other : own,
    subject: answered ? `Re: ${answered.subject.replace(/^Re: /, "")}` : subject,
    body: Array.from({ length: 1 + random.below(5) }, () => random.of(SENTENCES)).join(" "),
    ...(random.chance(0.2) && { attachment: random.of(ATTACHMENTS) }),
    date: now - Math.floor(random.next() ** 2 * DAYS * DAY_MS) - 1_000,
    messageId: `<${random.hex(20)}@mail.example.com>`,
  };
}

/** Where a message lies: most in the inbox, some archived, sent, drafted, in spam or thrown away. */
function labels(random: Random): string[] {
  const place = random.next();
  const marks = [
    ...(random.chance(0.4) ? ["UNREAD"] : []),
    ...(random.chance(0.1) ? ["STARRED"] : []),
    ...(random.chance(0.2) ? ["IMPORTANT"] : []),
    ...(random.chance(0.15) ? [random.of(USER_LABELS).id] : []),
  ];
  if (place < 0.6) return ["INBOX", ...(random.chance(0.25) ? ["CATEGORY_UPDATES"] : []), ...marks];
  if (place < 0.75) return marks.length > 0 ? marks : ["IMPORTANT"];
  if (place < 0.88) return ["SENT"];
  if (place < 0.92) return ["DRAFT"];
  return [place < 0.96 ? "SPAM" : "TRASH", ...marks.filter((label) => label === "UNREAD")];
}

import type { Condition, TextField } from "./mailCondition.ts";
import { labelName } from "./mailOperators.ts";
import { parseMailQuery } from "./mailQuery.ts";
import { wordsOf } from "./mailWords.ts";
import { USER_LABELS, type Mail } from "./mailbox.ts";
import { rawMail } from "./mailText.ts";

export interface MailSearch {
  /** As in Gmail's search box. */
  readonly q?: string;
  /** All of them must be on the message. */
  readonly labelIds?: readonly string[];
  readonly includeSpamTrash?: boolean;
}

const HIDDEN = ["SPAM", "TRASH"];

/** The messages that a search finds, in the mailbox's order. Spam and trash are left out unless they are asked for. */
export function searchMail(
  mailbox: readonly Mail[],
  owner: string,
  { q = "", labelIds = [], includeSpamTrash = false }: MailSearch,
  now: number,
): readonly Mail[] {
  const condition = parseMailQuery(q, now);
  const hidden = includeSpamTrash || asksForHidden(condition) || labelIds.some((label) => HIDDEN.includes(label));
  return mailbox.filter(
    (mail) =>
      (hidden || !mail.labelIds.some((label) => HIDDEN.includes(label))) &&
      labelIds.every((label) => mail.labelIds.includes(label)) &&
      holds(condition, mail, owner),
  );
}

function asksForHidden(condition: Condition): boolean {
  if (condition.kind === "all" || condition.kind === "any") return condition.of.some(asksForHidden);
  if (condition.kind === "label") return HIDDEN.includes(condition.name.toUpperCase());
  return condition.kind === "place" && condition.place === "anywhere";
}

function holds(condition: Condition, mail: Mail, owner: string): boolean {
  switch (condition.kind) {
    case "all":
      return condition.of.every((part) => holds(part, mail, owner));
    case "any":
      return condition.of.some((part) => holds(part, mail, owner));
    case "not":
      return !holds(condition.of, mail, owner);
    case "text":
      return fields(mail, condition.field).some((field) => hasPhrase(wordsOf(field), condition.words));
    case "me":
      return mail[condition.field].toLowerCase().includes(`<${owner.toLowerCase()}>`);
    case "label":
      return mail.labelIds.some((label) => labelsName(label) === condition.name);
    case "place":
      return (
        condition.place === "anywhere" ||
        !mail.labelIds.some((label) => ["INBOX", "SENT", "DRAFT", ...HIDDEN].includes(label))
      );
    case "attachment":
      return mail.attachment !== undefined;
    case "userLabels":
      return mail.labelIds.some((label) => USER_LABELS.some(({ id }) => id === label));
    case "date":
      return mail.date >= (condition.from ?? -Infinity) && mail.date < (condition.before ?? Infinity);
    case "size": {
      const bytes = rawMail(mail).length;
      return bytes > (condition.over ?? -1) && bytes < (condition.under ?? Infinity);
    }
    case "messageId":
      return mail.messageId === `<${condition.id}>`;
  }
}

function fields(mail: Mail, field: TextField): readonly string[] {
  if (field === "filename") return [mail.attachment ?? ""];
  if (field !== "any") return [mail[field]];
  return [mail.from, mail.to, mail.subject, mail.body, mail.attachment ?? ""];
}

function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, start) => phrase.every((word, i) => words[start + i] === word));
}

function labelsName(id: string): string {
  return labelName(USER_LABELS.find((label) => label.id === id)?.name ?? id);
}

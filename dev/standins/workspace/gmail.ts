import { apiError, invalidArgument, notFound } from "./answers.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { messageJson } from "./gmailMessage.ts";
import { USER_LABELS, type Mail } from "./mailbox.ts";
import { searchMail } from "./mailSearch.ts";
import type { Organisation, User } from "./organisation.ts";
import { pageOf } from "./paging.ts";
import { METADATA_SCOPE, SCOPES } from "./scopes.ts";

export interface GmailDeps {
  readonly organisation: Organisation;
  readonly mailbox: (user: User) => readonly Mail[];
  /** What relative dates count from, milliseconds. */
  readonly now: number;
}

const MAX_RESULTS = 500;
const DEFAULT_RESULTS = 100;
const SYSTEM_LABELS = ["INBOX", "SENT", "DRAFT", "SPAM", "TRASH", "UNREAD", "STARRED", "IMPORTANT", "CATEGORY_UPDATES"];

/** Gmail's users.messages.list and get, users.getProfile and users.labels.list. */
export function gmailEndpoints(deps: GmailDeps): readonly Endpoint[] {
  const service = "gmail.googleapis.com";
  const users = "/gmail/v1/users/:userId";
  return [
    {
      method: "caribou.api.proto.MailboxService.ListMessages",
      service,
      path: `${users}/messages`,
      scopes: SCOPES.messages,
      answer: (call) => listMessages(call, deps),
    },
    {
      method: "caribou.api.proto.MailboxService.GetMessage",
      service,
      path: `${users}/messages/:id`,
      scopes: SCOPES.messages,
      answer: (call) => getMessage(call, deps),
    },
    {
      method: "caribou.api.proto.MailboxService.GetProfile",
      service,
      path: `${users}/profile`,
      scopes: SCOPES.profile,
      answer: (call) => {
        const owner = ownerOf(call, deps);
        const mails = deps.mailbox(owner);
        const threadsTotal = new Set(mails.map(({ threadId }) => threadId)).size;
        return { emailAddress: owner.email, messagesTotal: mails.length, threadsTotal, historyId: "1" };
      },
    },
    {
      method: "caribou.api.proto.MailboxService.ListLabels",
      service,
      path: `${users}/labels`,
      scopes: SCOPES.labels,
      answer: (call) => {
        ownerOf(call, deps);
        const system = SYSTEM_LABELS.map((id) => ({ id, name: id, type: "system" }));
        return { labels: [...system, ...USER_LABELS.map((label) => ({ ...label, type: "user" }))] };
      },
    },
  ];
}

function listMessages(call: ApiCall, deps: GmailDeps): unknown {
  const { query } = call;
  const owner = ownerOf(call, deps);
  const q = query.get("q");
  if (q && isMetadataOnly(call)) throw apiError(403, "forbidden", "Metadata scope does not support 'q' parameter");
  const search = {
    ...(q !== null && { q }),
    labelIds: query.getAll("labelIds"),
    includeSpamTrash: query.get("includeSpamTrash") === "true",
  };
  const found = searchMail(deps.mailbox(owner), owner.email, search, deps.now);
  const key = JSON.stringify([owner.email, search]);
  const page = pageOf(found, maxResults(query), query.get("pageToken"), key);
  if (!page) throw invalidArgument("Invalid pageToken");
  return {
    // Absent when there are none, as Gmail leaves it out.
    ...(page.items.length > 0 && { messages: page.items.map(({ id, threadId }) => ({ id, threadId })) }),
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
    resultSizeEstimate: found.length,
  };
}

function getMessage(call: ApiCall, deps: GmailDeps): unknown {
  const owner = ownerOf(call, deps);
  const id = call.path["id"] ?? "";
  if (!/^[0-9a-f]{1,16}$/.test(id)) throw invalidArgument("Invalid id value");
  const mail = deps.mailbox(owner).find((candidate) => candidate.id === id);
  if (!mail) throw notFound();
  const format = (call.query.get("format") ?? "full").toLowerCase();
  if ((format === "full" || format === "raw") && isMetadataOnly(call)) {
    throw apiError(403, "forbidden", `Metadata scope doesn't allow format ${format.toUpperCase()}`);
  }
  const answer = messageJson(mail, format, call.query.getAll("metadataHeaders"));
  if (!answer) throw invalidArgument(`Invalid value at 'format': "${format}"`);
  return answer;
}

/** Whose mailbox it is: `me`, or the token's own subject by name; nobody else's, not even for an administrator. */
function ownerOf({ grant, path }: ApiCall, { organisation }: GmailDeps): User {
  const userId = path["userId"] ?? "";
  const owner = userId === "me" ? grant.subject : organisation.find(userId);
  if (owner !== grant.subject) {
    const message = `Delegation denied for ${grant.subject.email}`;
    throw apiError(403, "forbidden", message, { status: "PERMISSION_DENIED" });
  }
  if (owner.suspended) {
    throw apiError(400, "failedPrecondition", "Mail service not enabled", { status: "FAILED_PRECONDITION" });
  }
  return owner;
}

/** Gmail takes what is past the bound for the bound. */
function maxResults(query: URLSearchParams): number {
  const text = query.get("maxResults");
  if (text === null) return DEFAULT_RESULTS;
  if (!/^\d+$/.test(text)) {
    throw invalidArgument(`Invalid value at 'max_results' (TYPE_UINT32), "${text}"`);
  }
  return Math.min(Number(text) || DEFAULT_RESULTS, MAX_RESULTS);
}

function isMetadataOnly({ grant: { scopes } }: ApiCall): boolean {
  return !SCOPES.messages.some((scope) => scope !== METADATA_SCOPE && scopes.has(scope));
}

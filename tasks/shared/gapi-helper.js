/**
 * What tasks often want of Google, on top of `tools.gapi`. Each function answers a value instead of throwing:
 * `{ success: true, … }`, or `{ success: false, error: { code, message } }` with Google's own reason.
 */

/** The customer's domains, without aliases: `{ success, domains: [{ domain, primary, verified }] }`. */
export function listDomains(context, { customer = "my_customer" } = {}) {
  return attempt(async () => {
    const { domains = [] } = await context.tools.gapi.admin.directory.domains.list({ customer });
    return {
      domains: domains.map(({ domainName, isPrimary = false, verified = false }) => ({
        domain: domainName,
        primary: isPrimary,
        verified,
      })),
    };
  });
}

/** At most `max` users of a domain, by address: `{ success, users: [{ id, email, name, suspended }] }`. */
export function listUsers(context, { domain, max = 500 }) {
  return attempt(async () => {
    const users = await allPages(
      context.tools.gapi.admin.directory.users.list,
      {
        domain,
        maxResults: Math.min(max, 500),
        orderBy: "email",
        // A user has some fifty fields: only what is used here travels.
        fields: "nextPageToken,users(id,primaryEmail,name/fullName,suspended)",
      },
      { items: "users", max },
    );
    return {
      users: users.map(({ id, primaryEmail, name, suspended = false }) => ({
        id,
        email: primaryEmail,
        name: name?.fullName ?? "",
        suspended,
      })),
    };
  });
}

/**
 * At most `maxResults` messages of one mailbox that match a query written as in Gmail's search box, the newest first:
 * `{ success, messages: [{ id, threadId, subject, from, date, snippet }] }`. A message that was found but cannot be read
 * has `{ id, threadId, error }`. With `details: false` the messages are not read: `{ id, threadId }`.
 */
export function listGmailMessages(context, { userId, query, maxResults = 10, details = true }) {
  const { messages: gmail } = context.tools.gapi.gmail.users;
  return attempt(async () => {
    const listed = await allPages(
      gmail.list,
      { userId, maxResults: Math.min(maxResults, 500), ...(query ? { q: query } : {}) },
      { items: "messages", max: maxResults },
    );
    // A mailbox that changes between two pages may list a message twice.
    const messages = [...new Map(listed.map(({ id, threadId }) => [id, { id, threadId }])).values()];
    if (details) {
      for (const [index, message] of messages.entries()) {
        const read = await attempt(() => readMessage(gmail, userId, message.id));
        messages[index] = read.success ? { ...message, ...read.message } : { ...message, error: read.error };
      }
    }
    return { messages };
  });
}

async function readMessage(gmail, userId, id) {
  const headers = ["Subject", "From", "Date"];
  const { snippet, internalDate, payload } = await gmail.get({
    userId,
    id,
    format: "metadata",
    metadataHeaders: headers,
  });
  const header = (name) => payload?.headers?.find((each) => each.name.toLowerCase() === name)?.value ?? "";
  return {
    message: {
      subject: header("subject"),
      from: header("from"),
      date: internalDate ? new Date(Number(internalDate)).toISOString() : header("date"),
      snippet: snippet ?? "",
    },
  };
}

/**
 * Everything that a listing method has, page by page, at most `max` items; each page is one durable call:
 *
 *     const users = await allPages(tools.gapi.admin.directory.users.list, { domain }, { max: 1000 });
 *
 * `items` names the list in the answers, where there are several. Throws what the method throws.
 */
export async function allPages(method, params = {}, { max = Infinity, items } = {}) {
  const collected = [];
  const seen = new Set();
  let pageToken;
  do {
    const page = await method(pageToken === undefined ? params : { ...params, pageToken });
    for (const item of listOf(page, items)) {
      collected.push(item);
      if (collected.length >= max) return collected;
    }
    pageToken = page?.nextPageToken || undefined;
    if (seen.has(pageToken))
      throw new Error(`The service answers the page token "${pageToken}" twice: paging has no end.`);
    if (pageToken !== undefined) seen.add(pageToken);
  } while (pageToken !== undefined);
  return collected;
}

/** A page without matches has no list at all. */
function listOf(page, items) {
  if (items !== undefined) return page?.[items] ?? [];
  const lists = Object.keys(page ?? {}).filter((name) => Array.isArray(page[name]));
  if (lists.length > 1 && !lists.includes("items")) {
    throw new Error(`The answer has several lists (${lists.join(", ")}): name one, as { items: "${lists[0]}" }.`);
  }
  return lists.includes("items") ? page.items : (page?.[lists[0]] ?? []);
}

async function attempt(work) {
  try {
    return { success: true, ...(await work()) };
  } catch (error) {
    return { success: false, error: { code: error?.code ?? "error", message: String(error?.message ?? error) } };
  }
}

import { listDomains, listGmailMessages, listUsers } from "./shared/gapi-helper.js";
import { inParallel } from "./shared/in-parallel.js";
import { shorten, sizeOf } from "./shared/text-size.js";

/** A result may have 10 MiB as JSON. Messages are left out of it first, then users; the totals count all of them. */
const EMAIL_BYTES = 6 * 1024 * 1024;
const RESULT_BYTES = 9 * 1024 * 1024;

/** Calls that a run may have in flight on every Temporal server. */
const MOST_AT_ONCE = 45;

/**
 * Searches the mailboxes of a whole Google Workspace: its domains, the users of each domain, the messages of each user.
 * Every call to Google is one durable step. Stop the worker in the middle: the run goes on where it was, and no call that
 * has been answered is made again.
 *
 * @task comprehensive-gmail-search
 * @description Searches every mailbox of a Google Workspace, and sums up by domain and user.
 * @param {object} [input]
 * @param {string} [input.query=in:inbox] - What to look for, written as in Gmail's search box.
 * @param {integer} [input.maxResultsPerUser=3] - Messages of each user, the newest first.
 * @param {integer} [input.maxUsersPerDomain=5] - Users of each domain, by address.
 * @param {integer} [input.usersAtOnce=10] - Mailboxes that are searched in parallel, 1 to 45.
 * @param {string} [input.customer=my_customer] - The Workspace account: yours, unless you manage several.
 * @returns {Promise<object>} `{ query, totals: { domains, users, emails, failures }, elapsedMs, domains: [{ domain,
 *   users: [{ email, found, emails: [{ id, threadId, subject, from, date, snippet }], error? }], error? }], cut }`. `cut`
 *   counts the users and emails that were left out of the lists because the result would have been too large.
 */
export default async function execute(input, context) {
  const { query = "in:inbox", customer = "my_customer" } = input ?? {};
  const maxResultsPerUser = atLeastOne("maxResultsPerUser", input?.maxResultsPerUser ?? 3);
  const maxUsersPerDomain = atLeastOne("maxUsersPerDomain", input?.maxUsersPerDomain ?? 5);
  const usersAtOnce = atLeastOne("usersAtOnce", input?.usersAtOnce ?? 10, MOST_AT_ONCE);
  const { tools } = context;
  const startedAt = Date.now();

  // Without credentials nothing below can work: this ends the run at once, with the reason.
  await tools.gapi.authenticate("https://www.googleapis.com/auth/admin.directory.domain.readonly");
  const listed = await listDomains(context, { customer });
  if (!listed.success) throw new Error(`The domains cannot be listed: ${listed.error.message}`);
  const names = [...new Set(listed.domains.map(({ domain }) => domain.toLowerCase()))];
  await tools.log(`${names.length} domains: ${names.join(", ")}`);

  // A domain whose users cannot be listed is reported, and the others go on.
  const domains = await inParallel(names, usersAtOnce, async (domain) => {
    const { success, users, error } = await listUsers(context, { domain, max: maxUsersPerDomain });
    await tools.log(success ? `${domain}: ${users.length} users` : `${domain}: ${error.message}`);
    return { domain, users: users ?? [], error };
  });

  // A user with addresses in several domains is one mailbox, and is searched once.
  const seen = new Set();
  const mailboxes = [];
  const report = domains.map(({ domain, error }) => ({ domain, users: [], ...reason(error) }));
  for (const [index, { users }] of domains.entries()) {
    for (const { id, email } of users) {
      const mailbox = id ?? email.toLowerCase();
      if (!seen.has(mailbox)) mailboxes.push({ email, into: report[index].users });
      seen.add(mailbox);
    }
  }

  const totals = {
    domains: names.length,
    users: mailboxes.length,
    emails: 0,
    failures: report.filter(({ error }) => error !== undefined).length,
  };
  const cut = { users: 0, emails: 0 };
  let bytes = sizeOf(report);
  const fits = (value, bound) => {
    const size = sizeOf(value);
    if (bytes + size > bound) return false;
    bytes += size;
    return true;
  };

  // A user whose mailbox cannot be searched is reported, and the others go on.
  let searched = 0;
  const entries = await inParallel(mailboxes, usersAtOnce, async ({ email }) => {
    const search = await listGmailMessages(context, { userId: email, query, maxResults: maxResultsPerUser });
    const messages = search.messages ?? [];
    totals.emails += messages.length;
    totals.failures += search.success ? messages.filter(({ error }) => error !== undefined).length : 1;

    searched += 1;
    if (searched % Math.ceil(mailboxes.length / 10) === 0 || searched === mailboxes.length) {
      await tools.log(`searched ${searched} of ${mailboxes.length} mailboxes: ${totals.emails} messages`);
    }

    const entry = { email, found: messages.length, emails: [], ...reason(search.error) };
    if (!fits(entry, RESULT_BYTES)) {
      cut.users += 1;
      cut.emails += messages.length;
      return undefined;
    }
    entry.emails = messages.map(short).filter((message) => fits(message, EMAIL_BYTES));
    cut.emails += messages.length - entry.emails.length;
    return entry;
  });

  for (const [index, entry] of entries.entries()) if (entry !== undefined) mailboxes[index].into.push(entry);
  return { query, totals, elapsedMs: Date.now() - startedAt, domains: report, cut };
}

function reason(error) {
  return error === undefined ? {} : { error: { code: error.code, message: shorten(error.message, 500) } };
}

/** The texts of a message are its sender's, and may be of any length. */
function short({ id, threadId, subject, from, date, snippet, error }) {
  if (error !== undefined) return { id, threadId, ...reason(error) };
  return {
    id,
    threadId,
    subject: shorten(subject, 200),
    from: shorten(from, 200),
    date,
    snippet: shorten(snippet, 250),
  };
}

function atLeastOne(name, value, most = Infinity) {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  const range = most === Infinity ? "1 or more" : `1 to ${most}`;
  throw new RangeError(`${name} must be a whole number, ${range}: it is ${value}.`);
}

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { issueCredentials, type ServiceAccountKey, type UserCredentials } from "./credentials.ts";
import { directoryEndpoints } from "./directory.ts";
import { Faults, type FaultOptions, type RequestFacts } from "./faults.ts";
import { gmailEndpoints } from "./gmail.ts";
import { Holds, type Hold } from "./holds.ts";
import { createMailbox, type Mail } from "./mailbox.ts";
import { searchMail, type MailSearch } from "./mailSearch.ts";
import { createOrganisation, type Organisation, type User } from "./organisation.ts";
import { otherEndpoints } from "./otherApis.ts";
import { Quota } from "./quota.ts";
import { requestListener } from "./requestListener.ts";
import { RequestLog } from "./requestLog.ts";
import { ALL_SCOPES } from "./scopes.ts";
import { Tokens } from "./tokens.ts";

export interface WorkspaceOptions {
  /** Everything that is made up follows from it. `tasker` when absent. */
  readonly seed?: string;
  /** 1 to 100; 4 when absent. */
  readonly domains?: number;
  /** In all domains together, 1 to 10,000; 8 when absent. The first one is the administrator. */
  readonly users?: number;
  /** Share of users who are suspended, 0 to 1; 0.1 when absent. */
  readonly suspended?: number;
  /** The most messages that a mailbox holds; 24 when absent. */
  readonly messagesPerUser?: number;
  /**
   * The instant that all is dated before and that `newer_than` counts from, milliseconds. When absent the start of
   * today (UTC), so that what one day starts is the same all day.
   */
  readonly now?: number;
  /** Scopes that the service account was granted; all that are known when absent. */
  readonly scopes?: readonly string[];
  /** How long a token is good for; 3,599 seconds when absent. */
  readonly tokenSeconds?: number;
  /** Requests that a user may make in a second; unbounded when absent. */
  readonly quotaPerSecond?: number;
  readonly faults?: FaultOptions;
}

/** What a search over everybody must find. */
export interface Truth {
  /** Ids of messages by address, newest first, for everybody whose mail can be searched. */
  readonly byUser: ReadonlyMap<string, readonly string[]>;
  readonly messages: number;
  /** Addresses of those whose mail cannot be: they are suspended. */
  readonly refused: readonly string[];
}

export interface TruthOptions extends MailSearch {
  /** The first so many of each domain, in the order of their addresses. */
  readonly maxUsersPerDomain?: number;
  /** The newest so many of each user. */
  readonly maxResultsPerUser?: number;
}

/** A small Google Workspace: token endpoint, Admin Directory, Gmail, and a little of Drive and Calendar, over HTTP. */
export interface Workspace {
  /** Takes the place of every `https://….googleapis.com`. */
  readonly url: string;
  /** Of a service account with domain-wide delegation; the key was made at the start. */
  readonly credentials: ServiceAccountKey;
  /** A refresh token of the administrator. */
  readonly userCredentials: UserCredentials;
  /** Address of the administrator. */
  readonly admin: string;
  readonly organisation: Organisation;
  readonly log: RequestLog;
  /** How many tokens were given out, by subject and scopes: `jane@example.com https://… https://…`. */
  readonly tokenExchanges: ReadonlyMap<string, number>;
  /** The access tokens that were given out and not revoked, for a search that must not find them anywhere. */
  issuedTokens(): readonly string[];
  /** What goes wrong from now on. */
  readonly faults: Faults;
  /** Milliseconds that its clock is ahead of this machine's. */
  clockSkewMs: number;
  /** For tokens that are given out from now on. */
  tokenSeconds: number;
  scopes: readonly string[];
  quotaPerSecond: number | undefined;
  /** Deletes the service account's key, and with it what it could ask for. Tokens live on. */
  revokeKey(): void;
  /** Makes every token worthless that was given out. */
  revokeTokens(): void;
  /** Keeps requests waiting, all of them unless told otherwise. */
  hold(match?: (request: RequestFacts) => boolean): Hold;
  mailbox(user: User): readonly Mail[];
  truth(search?: TruthOptions): Truth;
  /** Ends all connections, answered or not. */
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;
const DEFAULT_TOKEN_SECONDS = 3_599;

/** Starts a Workspace on a free port of the loopback interface. Nothing of it outlives `stop`. */
export async function startWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const { seed = "tasker", domains = 4, users = 8, suspended = 0.1, messagesPerUser: messages = 24 } = options;
  const { now = Math.floor(Date.now() / DAY_MS) * DAY_MS } = options;
  requireRange("domains", domains, 1, 100);
  requireRange("users", users, 1, 10_000);
  const organisation = createOrganisation({ seed, domains, users, suspended, now });
  const mailboxes = new Map<User, readonly Mail[]>();
  const mailbox = (user: User): readonly Mail[] => {
    const known = mailboxes.get(user) ?? createMailbox(user, organisation, { seed, now, messages });
    mailboxes.set(user, known);
    return known;
  };

  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const log = new RequestLog();
  const faults = new Faults(seed, options.faults);
  const holds = new Holds();
  const settings = {
    clockSkewMs: 0,
    tokenSeconds: options.tokenSeconds ?? DEFAULT_TOKEN_SECONDS,
    scopes: options.scopes ?? ALL_SCOPES,
    quotaPerSecond: options.quotaPerSecond,
  };
  const quota = new Quota(() => settings.quotaPerSecond);
  const credentials = issueCredentials(url);
  const clock = (): number => Date.now() + settings.clockSkewMs;
  const tokens = new Tokens({
    organisation,
    credentials,
    clock,
    lifetimeSeconds: () => settings.tokenSeconds,
    grantedScopes: () => settings.scopes,
  });
  const endpoints = [
    ...directoryEndpoints(organisation),
    ...gmailEndpoints({ organisation, mailbox, now }),
    ...otherEndpoints({ seed, now }),
  ];
  server.on("request", requestListener({ endpoints, tokens, log, faults, holds, quota, clock }));

  return Object.assign(settings, {
    url,
    credentials: credentials.serviceAccount,
    userCredentials: credentials.user,
    admin: (organisation.users[0] as User).email,
    organisation,
    log,
    tokenExchanges: tokens.exchanges,
    faults,
    issuedTokens: () => tokens.issued,
    revokeKey: () => tokens.revokeKey(),
    revokeTokens: () => tokens.revokeTokens(),
    hold: (match: (request: RequestFacts) => boolean = () => true) => holds.add(match),
    mailbox,
    truth: (search: TruthOptions = {}) => truth(organisation, mailbox, search, now),
    stop: () =>
      new Promise<void>((resolve) => {
        holds.releaseAll();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function truth(
  { domains, users }: Organisation,
  mailbox: (user: User) => readonly Mail[],
  { maxUsersPerDomain = Infinity, maxResultsPerUser = Infinity, ...search }: TruthOptions,
  now: number,
): Truth {
  const chosen = domains.flatMap(({ name }) =>
    users
      .filter(({ domain }) => domain === name)
      .toSorted((a, b) => (a.email < b.email ? -1 : 1))
      .slice(0, maxUsersPerDomain),
  );
  const byUser = new Map(
    chosen
      .filter((user) => !user.suspended)
      .map((user) => {
        const found = searchMail(mailbox(user), user.email, search, now).slice(0, maxResultsPerUser);
        return [user.email, found.map(({ id }) => id)];
      }),
  );
  return {
    byUser,
    messages: [...byUser.values()].reduce((sum, ids) => sum + ids.length, 0),
    refused: chosen.filter((user) => user.suspended).map(({ email }) => email),
  };
}

function requireRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name}: ${value} is not a whole number from ${min} to ${max}`);
}

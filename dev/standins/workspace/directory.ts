import { apiError, notFound } from "./answers.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import type { Domain, Organisation, User } from "./organisation.ts";
import { pageOf } from "./paging.ts";
import { SCOPES } from "./scopes.ts";
import { matchesUserQuery } from "./userQuery.ts";

const MAX_RESULTS = 500;
const DEFAULT_RESULTS = 100;

/** The Admin SDK's Directory API, for administrators only: customers.get, domains.list, users.list and users.get. */
export function directoryEndpoints(organisation: Organisation): readonly Endpoint[] {
  const service = "admin.googleapis.com";
  return [
    {
      method: "directory.customers.get",
      service,
      path: "/admin/directory/v1/customers/:customerKey",
      scopes: SCOPES.customer,
      answer: (call) => {
        requireAdmin(call);
        requireCustomer(call.path["customerKey"], organisation);
        return customerJson(organisation);
      },
    },
    {
      method: "directory.domains.list",
      service,
      path: "/admin/directory/v1/customer/:customer/domains",
      scopes: SCOPES.domains,
      answer: (call) => {
        requireAdmin(call);
        requireCustomer(call.path["customer"], organisation);
        return {
          kind: "admin#directory#domains",
          etag: etag("domains"),
          domains: organisation.domains.map(domainJson),
        };
      },
    },
    {
      method: "directory.users.list",
      service,
      path: "/admin/directory/v1/users",
      scopes: SCOPES.users,
      answer: (call) => {
        requireAdmin(call);
        return listUsers(call.query, organisation);
      },
    },
    {
      method: "directory.users.get",
      service,
      path: "/admin/directory/v1/users/:userKey",
      scopes: SCOPES.users,
      answer: (call) => {
        requireAdmin(call);
        const user = organisation.find(call.path["userKey"] ?? "");
        if (!user) throw notFound("Resource Not Found: userKey");
        return userJson(user, organisation);
      },
    },
  ];
}

function listUsers(query: URLSearchParams, organisation: Organisation): unknown {
  const [customer, domain] = [query.get("customer"), query.get("domain")];
  if (customer === null && domain === null) throw apiError(400, "badRequest", "Bad Request");
  if (customer !== null) requireCustomer(customer, organisation);
  if (domain !== null && !organisation.domains.some(({ name }) => name === domain.toLowerCase())) {
    throw notFound("Domain not found.");
  }
  // Nobody is ever deleted here.
  const all = query.get("showDeleted") === "true" ? [] : organisation.users;
  const members = all
    .filter((user) => domain === null || user.domain === domain.toLowerCase())
    .filter((user) => matchesUserQuery(user, query.get("query") ?? ""))
    .toSorted(order(query.get("orderBy"), query.get("sortOrder")));
  const key = ["customer", "domain", "query", "orderBy", "sortOrder", "showDeleted"].map((name) => query.get(name));
  const page = pageOf(members, maxResults(query), query.get("pageToken"), JSON.stringify(key));
  if (!page) throw apiError(400, "invalid", "Invalid Input: pageToken");
  return {
    kind: "admin#directory#users",
    etag: etag(JSON.stringify(page.items.map(({ id }) => id))),
    // Absent when nobody is listed, as Google leaves it out.
    ...(page.items.length > 0 && { users: page.items.map((user) => userJson(user, organisation)) }),
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
  };
}

function maxResults(query: URLSearchParams): number {
  const text = query.get("maxResults");
  if (text === null) return DEFAULT_RESULTS;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_RESULTS) return value;
  const message = `Invalid value '${text}'. Values must be within the range: [1, ${MAX_RESULTS}]`;
  throw apiError(400, "invalidParameter", message, { location: "maxResults", locationType: "parameter" });
}

function order(by: string | null, sortOrder: string | null): (a: User, b: User) => number {
  const fields = { email: "email", givenName: "givenName", familyName: "familyName" } as const;
  if (by !== null && !(by in fields)) throw apiError(400, "invalid", "Invalid Input: orderBy");
  const field = fields[(by ?? "email") as keyof typeof fields];
  const sign = sortOrder === "DESCENDING" ? -1 : 1;
  return (a, b) => sign * compare(a[field].toLowerCase(), b[field].toLowerCase()) || compare(a.email, b.email);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function requireAdmin({ grant }: ApiCall): void {
  if (!grant.subject.isAdmin) throw apiError(403, "forbidden", "Not Authorized to access this resource/api");
}

function requireCustomer(key: string | undefined, organisation: Organisation): void {
  if (key !== "my_customer" && key !== organisation.customerId) throw apiError(400, "badRequest", "Bad Request");
}

function customerJson({ customerId, domains }: Organisation): unknown {
  const primary = domains[0] as Domain;
  return {
    kind: "admin#directory#customer",
    id: customerId,
    etag: etag(customerId),
    customerDomain: primary.name,
    alternateEmail: "owner@outside.example",
    customerCreationTime: new Date(primary.createdAt).toISOString(),
    language: "en",
    postalAddress: { organizationName: "Example Corporation", countryCode: "US" },
  };
}

function domainJson({ name, isPrimary, createdAt }: Domain): unknown {
  return {
    kind: "admin#directory#domain",
    etag: etag(name),
    domainName: name,
    isPrimary,
    verified: true,
    creationTime: String(createdAt),
  };
}

function userJson(user: User, { customerId }: Organisation): unknown {
  const { id, email, givenName, familyName, isAdmin, suspended, department, title, createdAt } = user;
  return {
    kind: "admin#directory#user",
    id,
    etag: etag(id),
    primaryEmail: email,
    name: { givenName, familyName, fullName: `${givenName} ${familyName}` },
    isAdmin,
    isDelegatedAdmin: false,
    creationTime: new Date(createdAt).toISOString(),
    lastLoginTime: new Date(createdAt + 86_400_000).toISOString(),
    agreedToTerms: true,
    suspended,
    ...(suspended && { suspensionReason: "ADMIN" }),
    archived: false,
    changePasswordAtNextLogin: false,
    ipWhitelisted: false,
    emails: [{ address: email, primary: true }],
    organizations: [{ department, title, primary: true, customType: "work" }],
    customerId,
    orgUnitPath: `/${department}`,
    isMailboxSetup: !suspended,
    isEnrolledIn2Sv: false,
    isEnforcedIn2Sv: false,
    includeInGlobalAddressList: true,
  };
}

function etag(text: string): string {
  return `"${Buffer.from(text).toString("base64url").slice(0, 43)}"`;
}

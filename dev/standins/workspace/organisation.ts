import { Random } from "./random.ts";
import { DEPARTMENTS, FAMILY_NAMES, GIVEN_NAMES, TITLES } from "./words.ts";

export interface Domain {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly createdAt: number;
}

export interface User {
  /** Position among all users, which decides everything about them together with the seed. */
  readonly index: number;
  readonly id: string;
  readonly email: string;
  readonly domain: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly isAdmin: boolean;
  readonly suspended: boolean;
  readonly department: string;
  readonly title: string;
  readonly createdAt: number;
}

export interface Organisation {
  readonly customerId: string;
  readonly domains: readonly Domain[];
  readonly users: readonly User[];
  /** By address in lower case, or id. */
  find(userKey: string): User | undefined;
}

export interface OrganisationOptions {
  readonly seed: string;
  readonly domains: number;
  readonly users: number;
  /** Share of users who are suspended, 0 to 1. The first user of the first domain is its administrator and never is. */
  readonly suspended: number;
  /** The instant that everything is dated before, in milliseconds. */
  readonly now: number;
}

const NAMES = ["example.com", "research.example.com", "example.org", "shop.example.net"];
const DAY_MS = 86_400_000;

/** Domains, and users spread over them evenly: user i belongs to domain i mod n. */
export function createOrganisation({ seed, domains: count, users, suspended, now }: OrganisationOptions): Organisation {
  const random = new Random(`${seed} organisation`);
  const founded = now - 3_000 * DAY_MS;
  const domains = Array.from({ length: count }, (_, i): Domain => {
    return { name: NAMES[i] ?? `branch-${i + 1}.example.com`, isPrimary: i === 0, createdAt: founded + i * DAY_MS };
  });
  const taken = new Map<string, User>();
  const all = Array.from({ length: users }, (_, index): User => {
    const user = createUser(index, domains, taken, { seed, suspended, now });
    taken.set(user.email, user);
    return user;
  });
  const byId = new Map(all.map((user) => [user.id, user]));
  return {
    customerId: `C0${random.hex(7)}`,
    domains,
    users: all,
    find: (userKey) => taken.get(userKey.toLowerCase()) ?? byId.get(userKey),
  };
}

function createUser(
  index: number,
  domains: readonly Domain[],
  taken: ReadonlyMap<string, User>,
  { seed, suspended, now }: Pick<OrganisationOptions, "seed" | "suspended" | "now">,
): User {
  const random = new Random(`${seed} user ${index}`);
  const domain = (domains[index % domains.length] as Domain).name;
  const [givenName, familyName] = [random.of(GIVEN_NAMES), random.of(FAMILY_NAMES)];
  const isAdmin = index === 0;
  const local = isAdmin ? "admin" : `${ascii(givenName)}.${ascii(familyName)}`;
  let email = `${local}@${domain}`;
  for (let number = 2; taken.has(email); number++) email = `${local}${number}@${domain}`;
  return {
    index,
    id: `1${String(random.below(1e10)).padStart(10, "0")}${String(index).padStart(10, "0")}`,
    email,
    domain,
    givenName,
    familyName,
    isAdmin,
    suspended: !isAdmin && random.chance(suspended),
    department: random.of(DEPARTMENTS),
    title: random.of(TITLES),
    createdAt: now - (400 + random.below(2_000)) * DAY_MS,
  };
}

function ascii(name: string): string {
  return name.replaceAll("ø", "o").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

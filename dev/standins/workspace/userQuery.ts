import { apiError } from "./answers.ts";
import type { User } from "./organisation.ts";

/**
 * `users.list`'s query: words, and `field:value`, `field=value`, `field='a value'`, `field:start*`, all of which must
 * hold. https://developers.google.com/workspace/admin/directory/v1/guides/search-users
 */
export function matchesUserQuery(user: User, query: string): boolean {
  const clauses = query.match(/(?:[\w.]+[:=])?(?:'[^']*'|"[^"]*"|[^\s'"]+)/g) ?? [];
  return clauses.every((clause) => {
    const [, field, operator, quoted = ""] = /^(?:([\w.]+)([:=]))?(.*)$/s.exec(clause) ?? [];
    const value = quoted.replace(/^(['"])(.*)\1$/s, "$2").toLowerCase();
    const values = fieldValues(user, field).map((text) => text.toLowerCase());
    if (value.endsWith("*")) return values.some((text) => text.startsWith(value.slice(0, -1)));
    return values.some((text) =>
      operator === "=" ? text === value : text.split(" ").includes(value) || text === value,
    );
  });
}

function fieldValues(user: User, field: string | undefined): string[] {
  const fullName = `${user.givenName} ${user.familyName}`;
  switch (field) {
    case undefined:
      return [user.givenName, user.familyName, fullName, user.email];
    case "name":
      return [fullName];
    case "givenName":
      return [user.givenName];
    case "familyName":
      return [user.familyName];
    case "email":
      return [user.email];
    case "orgUnitPath":
      return [`/${user.department}`];
    case "orgDepartment":
      return [user.department];
    case "orgTitle":
      return [user.title];
    case "isAdmin":
      return [String(user.isAdmin)];
    case "isSuspended":
      return [String(user.suspended)];
    default:
      throw apiError(400, "invalid", "Invalid Input: query");
  }
}

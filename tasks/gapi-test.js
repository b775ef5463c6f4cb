/**
 * @task gapi-test
 * @description Tries `tools.gapi` out: what a path means, who the customer is, or what is set up and granted.
 * @param {object} [input]
 * @param {"echo"|"customer"|"info"} [input.mode=echo] - `echo` describes a method and asks nobody, `customer` reads the account, `info` tells what is set up.
 * @param {string} [input.path=gmail.users.messages.list] - The method that `echo` describes.
 * @returns {Promise<object>} What was asked for.
 */
export default async function gapiTest(input, context) {
  const { gapi } = context.tools;
  const { mode = "echo", path = "gmail.users.messages.list" } = input ?? {};
  if (mode === "echo") return gapi.describe(path);
  if (mode === "customer") return gapi.admin.directory.customers.get();
  if (mode === "info") return { ...(await gapi.info()), scopes: await grants(gapi) };
  throw new Error(`There is no mode "${mode}": echo, customer or info.`);
}

/** What the Gmail search needs. */
const SCOPES = [
  "admin.directory.customer.readonly",
  "admin.directory.domain.readonly",
  "admin.directory.user.readonly",
  "gmail.readonly",
];

/** For each scope when its token ends, or why there is none. One that is missing does not hide the others. */
async function grants(gapi) {
  const entries = await Promise.all(
    SCOPES.map(async (scope) => {
      try {
        const { expiresAt } = await gapi.authenticate(scope);
        return [scope, `granted until ${expiresAt}`];
      } catch (error) {
        return [scope, `${error.code}: ${error.message}`];
      }
    }),
  );
  return Object.fromEntries(entries);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskerError } from "../../../protocol/errors.ts";
import type { Json } from "../../../protocol/json.ts";
import { fc, fuzz, oddJson, oddText } from "../../../test/support/fuzz.ts";
import { createCatalog, type GapiMethod } from "./catalog.ts";
import { parseParams, type Params } from "./params.ts";

const catalog = createCatalog();
const methodOf = (path: string): GapiMethod => catalog.find(path.split(".")) ?? assert.fail(path);

/** Values in the path, some of which take slashes; a body; an upload; a usual customer. */
const METHODS = [
  ...["gmail.users.messages.get", "gmail.users.drafts.create", "drive.files.create", "drive.files.export"],
  ...["people.people.get", "admin.users.list", "admin.orgunits.get", "calendar.events.insert"],
].map(methodOf);

const WORDS = [
  "..",
  "/",
  "\\",
  "%2e",
  "%2F",
  ".",
  "?",
  "#",
  "//",
  "&",
  "me",
  "a@b.c",
  "people/me",
  "{id}",
  "\r\n",
  ":",
];
const value = fc.oneof(oddText(WORDS, 6), fc.constantFrom("me", "people/c1", "json", "media"), oddJson(WORDS, 2));
/** Parameters of the method, each given or not, and any others beside them. */
function paramsOf({ spec }: GapiMethod): fc.Arbitrary<Record<string, Json>> {
  const names = [...spec.pathParams, ...spec.requiredParams, ...spec.pathParams.map((name) => `${name}_`)];
  const others = [
    "alt",
    "auth",
    "headers",
    "params",
    "media",
    "requestBody",
    "resource",
    "fields",
    "__proto__",
    "url",
    "baseURL",
  ];
  const name = fc.oneof(fc.constantFrom(...others), oddText([], 2));
  const own = fc.record(Object.fromEntries(names.map((each) => [each, value])), { requiredKeys: [] });
  const media = fc.record({ mimeType: value, body: value, base64: value, x: value }, { requiredKeys: [] });
  const rest = fc.array(fc.tuple(name, fc.oneof(value, media)), { maxLength: 2 });
  return fc.tuple(own, rest).map(([given, more]) => ({ ...given, ...Object.fromEntries(more) })) as fc.Arbitrary<
    Record<string, Json>
  >;
}

/** The URL that the library makes of parameters; undefined when it refuses them. */
async function urlOf(method: GapiMethod, params: Params): Promise<URL | undefined> {
  let asked: string | undefined;
  const auth = {
    request: (request: { readonly url: string }) => {
      asked = request.url;
      return Promise.resolve({ data: null });
    },
  };
  await method.invoke({ ...params.values }, { auth, retry: false }).catch(() => undefined);
  return asked === undefined ? undefined : new URL(asked);
}

/** The template as a pattern: `{name}` is one segment, `{+name}` and `{name*}` any number of them. */
function pathPattern({ spec }: GapiMethod): RegExp {
  const parts = spec.urlTemplate.split(/(\{[^}]*\})/).map((part) => {
    if (!part.startsWith("{")) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return /^\{\+|\*\}$/.test(part) ? ".+" : "[^/]+";
  });
  return new RegExp(`^(/upload|/resumable/upload)?${parts.join("")}$`, "s");
}

for (const method of METHODS) {
  const tool = `gapi.${method.names[0] ?? method.path}`;
  test(`${tool}: no parameter leads to another method or takes the library's own place`, async (t) => {
    const pattern = pathPattern(method);
    let accepted = 0;
    await fuzz(t, 600, paramsOf(method), async (given) => {
      let params: Params;
      try {
        params = parseParams(tool, method, given);
      } catch (error) {
        assert.ok(error instanceof TaskerError && error.code === "invalid_argument", String(error));
        assert.ok(error.message.isWellFormed() && Buffer.byteLength(error.message) <= 2_100);
        return;
      }
      for (const own of ["auth", "headers", "params"]) assert.ok(!Object.hasOwn(params.values, own), own);
      assert.ok(params.owner === undefined || params.owner.includes("@"));
      const url = await urlOf(method, params);
      if (url === undefined) return;
      accepted++;
      assert.equal(url.origin, new URL(method.spec.rootUrl).origin);
      assert.match(url.pathname, pattern);
      assert.ok(!url.pathname.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment)), url.pathname);
    });
    assert.ok(accepted > 20, `${accepted} were accepted`);
  });
}

test("a value that would end the path early is refused where slashes are taken: a policy allowed another method", () => {
  const [people, unit] = [methodOf("people.people.get"), methodOf("admin.orgunits.get")];
  const refused = { code: "invalid_argument", message: /is not the name of a resource/ };
  for (const resourceName of ["?", "#", "people/c1?x=1", "/", "people//c1", "people/c1/"]) {
    assert.throws(() => parseParams("gapi.people.people.get", people, { resourceName }), refused, resourceName);
  }
  const given = { customerId: "my_customer", orgUnitPath: "#" };
  assert.throws(() => parseParams("gapi.admin.orgunits.get", unit, given), refused);
  const calendarId = "en.usa#holiday@group.v.calendar.google.com";
  parseParams("gapi.calendar.events.list", methodOf("calendar.events.list"), { calendarId });
});

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { googleClients, jwt } from "./testing/googleClients.ts";
import { startWorkspace } from "./workspace.ts";

const DIRECTORY = [
  "admin.directory.user.readonly",
  "admin.directory.domain.readonly",
  "admin.directory.customer.readonly",
];

describe("a stand-in Workspace, as Google's own clients see it", async () => {
  const workspace = await startWorkspace({ users: 1_000 });
  after(() => workspace.stop());
  const admin = googleClients(workspace, jwt(workspace, workspace.admin, DIRECTORY));

  it("knows its customer and four domains", async () => {
    const customer = await admin.directory.customers.get({ customerKey: "my_customer" });
    assert.equal(customer.data.customerDomain, "example.com");
    const { data } = await admin.directory.domains.list({ customer: "my_customer" });
    assert.deepEqual(
      data.domains?.map(({ domainName }) => domainName),
      ["example.com", "research.example.com", "example.org", "shop.example.net"],
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAddressRules } from "./addressRules.ts";

const refused: [string, RegExp][] = [
  ["0.0.0.0", /an unspecified/],
  ["0.1.2.3", /an unspecified/],
  ["10.0.0.1", /a private/],
  ["172.16.0.1", /a private/],
  ["172.31.255.255", /a private/],
  ["192.168.1.1", /a private/],
  ["127.0.0.1", /a loopback/],
  ["127.255.255.254", /a loopback/],
  ["169.254.169.253", /a link-local/],
  ["169.254.169.254", /a cloud provider's own/],
  ["168.63.129.16", /a cloud provider's own/],
  ["::ffff:168.63.129.16", /a cloud provider's own/],
  ["::ffff:a83f:8110", /a cloud provider's own/],
  ["100.100.100.200", /a cloud provider's own/],
  ["192.0.0.192", /a cloud provider's own/],
  ["169.254.170.2", /a cloud provider's own/],
  ["fd20:ce::254", /a cloud provider's own/],
  ["fe80::a9fe:a9fe%eth0", /a cloud provider's own/],
  ["100.64.0.1", /a carrier-grade NAT/],
  ["100.127.255.255", /a carrier-grade NAT/],
  ["192.0.0.8", /a reserved/],
  ["192.0.2.1", /a reserved/],
  ["198.18.0.1", /a reserved/],
  ["198.51.100.1", /a reserved/],
  ["203.0.113.1", /a reserved/],
  ["224.0.0.1", /a multicast/],
  ["240.0.0.1", /a reserved/],
  ["255.255.255.255", /a broadcast/],
  ["::", /an unspecified/],
  ["::1", /a loopback/],
  ["::127.0.0.1", /an IPv4-mapped/],
  ["::7f00:1", /a reserved/],
  ["::ffff:127.0.0.1", /an IPv4-mapped/],
  ["::ffff:8.8.8.8", /an IPv4-mapped/],
  ["::ffff:0:127.0.0.1", /a reserved/],
  ["64:ff9b::7f00:1", /a NAT64/],
  ["64:ff9b:1::1", /a NAT64/],
  ["2002:7f00:1::", /a reserved/],
  ["2001::1", /a reserved/],
  ["2001:db8::1", /a reserved/],
  ["fc00::1", /a private/],
  ["fd00:ec2::254", /a cloud provider's own/],
  ["fd00:ec2::255", /a private/],
  ["fe80::1", /a link-local/],
  ["fe80::1%eth0", /a link-local/],
  ["fec0::1", /a reserved/],
  ["ff02::1", /a multicast/],
  ["100::1", /a reserved/],
  ["4000::1", /a reserved/],
  ["", /no address/],
  ["localhost", /no address/],
];

describe("address rules", () => {
  const rules = createAddressRules([]);

  for (const [address, reason] of refused) {
    it(`refuse ${address || "nothing"}`, () => assert.match(rules.refusal("h", address) ?? "", reason));
  }

  for (const address of [
    "1.1.1.1",
    "8.8.8.8",
    "168.63.129.17",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
  ]) {
    it(`allow the public ${address}`, () => assert.equal(rules.refusal("h", address), undefined));
  }

  it("allow what a network, an address or a host in the configuration names, and nothing beside it", () => {
    const configured = createAddressRules(["10.1.0.0/16", "127.0.0.1", "fd00::/8", "[::1]", "*.internal"]);
    for (const address of ["10.1.2.3", "127.0.0.1", "::ffff:127.0.0.1", "fd12::1", "::1"]) {
      assert.equal(configured.refusal("h", address), undefined, address);
    }
    for (const address of ["10.2.0.1", "127.0.0.2", "::ffff:127.0.0.2", "fc00::1", "169.254.169.254"]) {
      assert(configured.refusal("h", address), address);
    }
    assert.equal(configured.refusal("db.internal", "192.168.0.9"), undefined);
    assert(configured.refusal("internal", "192.168.0.9"));
    assert(configured.refusal("db.internal.example.com", "192.168.0.9"));
  });

  it("open a cloud provider's own address to an entry that names it, and not to a network or a host around it", () => {
    const wide = createAddressRules(["169.254.0.0/16", "168.63.0.0/16", "fd00::/8", "*.internal"]);
    for (const address of ["169.254.169.254", "168.63.129.16", "::ffff:168.63.129.16", "fd00:ec2::254"]) {
      assert.match(wide.refusal("metadata.google.internal", address) ?? "", /a cloud provider's own/, address);
    }
    const named = createAddressRules(["168.63.129.16", "[fd00:ec2::254]"]);
    for (const address of ["168.63.129.16", "::ffff:168.63.129.16", "fd00:ec2::254"]) {
      assert.equal(named.refusal("h", address), undefined, address);
    }
  });

  for (const entry of ["*", "10", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "http://x", "1.2.3.4:80", "", "a b"]) {
    it(`do not start with the entry ${JSON.stringify(entry)}`, () => {
      assert.throws(() => createAddressRules([entry]), /TASKER_HTTP_PRIVATE/);
    });
  }
});

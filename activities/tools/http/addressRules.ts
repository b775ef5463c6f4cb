import ipaddr from "ipaddr.js";
import { isCloudAddress } from "./cloudAddresses.ts";
import { createHostRules, type HostRules } from "./hostRules.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Which addresses a task may be connected to. */
export interface AddressRules {
  /** Why `address` may not be connected to for the sake of `host`, as "a loopback address"; undefined when it may. */
  refusal(host: string, address: string): string | undefined;
}

/** What the ranges of ipaddr.js are called in messages; the rest are "reserved". */
const RANGE_NAMES: Readonly<Record<string, string>> = {
  unspecified: "an unspecified",
  loopback: "a loopback",
  private: "a private",
  uniqueLocal: "a private",
  linkLocal: "a link-local",
  carrierGradeNat: "a carrier-grade NAT",
  multicast: "a multicast",
  broadcast: "a broadcast",
  ipv4Mapped: "an IPv4-mapped",
  rfc6052: "a NAT64",
};

/** IPv6 addresses that are public lie here (RFC 4291); `::127.0.0.1`, the retired IPv4-compatible form, does not. */
const GLOBAL_UNICAST = ipaddr.parseCIDR("2000::/3");

/**
 * Allows public addresses, and those that `exceptions` names: an address, a network (`10.0.0.0/8`), or a host pattern
 * whose addresses are then trusted wherever they are. A cloud provider's own address must be named itself.
 * Throws an Error for an entry that is none of these.
 */
export function createAddressRules(exceptions: readonly string[]): AddressRules {
  const networks: [Address, number][] = [];
  const hosts: string[] = [];
  for (const entry of exceptions) {
    const network = parseNetwork(entry);
    if (network) networks.push(network);
    else if (entry.trim() === "*") throw new Error("TASKER_HTTP_PRIVATE takes no *: name the networks, as 10.0.0.0/8.");
    else if (/^[\d.]+(\/|$)|[:/]/.test(entry))
      throw new Error(`TASKER_HTTP_PRIVATE: ${JSON.stringify(entry)} is no address or network.`);
    else hosts.push(entry);
  }
  const trustedHosts: HostRules = createHostRules(hosts, "TASKER_HTTP_PRIVATE");

  return {
    refusal(host, text) {
      if (!ipaddr.isValid(text)) return "no address";
      const address = ipaddr.parse(text);
      // An IPv4 network covers the mapped spelling of its addresses too: the socket reaches the same machine.
      const plain = ipaddr.process(text);
      if (isCloudAddress(text)) {
        return networks.some((network) => isExactly(network, plain)) ? undefined : "a cloud provider's own address";
      }
      if (isPublic(address) || trustedHosts.allows(host)) return undefined;
      if (networks.some((network) => [address, plain].some((form) => covers(network, form)))) return undefined;
      return `${RANGE_NAMES[address.range()] ?? "a reserved"} address`;
    },
  };
}

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || address.match(GLOBAL_UNICAST);
}

function isExactly([network, bits]: [Address, number], address: Address): boolean {
  return bits === (network.kind() === "ipv4" ? 32 : 128) && covers([network, bits], address);
}

function covers(network: [Address, number], address: Address): boolean {
  return network[0].kind() === address.kind() && address.match(network);
}

function parseNetwork(entry: string): [Address, number] | undefined {
  const text = entry.trim().replace(/^\[(.*)\]$/, "$1");
  // ipaddr.js also reads "10" and "0x7f.1" as addresses; a configuration says what it means.
  if (ipaddr.isValidCIDR(text) && isPlain(text.split("/", 1).join(""))) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text) || !isPlain(text)) return undefined;
  const address = ipaddr.parse(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function isPlain(address: string): boolean {
  return address.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(address);
}

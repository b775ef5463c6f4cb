import ipaddr from "ipaddr.js";

/**
 * Addresses at which cloud providers serve a machine its own metadata, credentials and agents. Some are in public ranges.
 * Whoever reaches one may act as the machine, so only an exception that names the very address opens it.
 */
const ADDRESSES = [
  "168.63.129.16", // Azure: the host's agent ("wireserver"), DNS, health probes. In a public range.
  "169.254.169.254", // AWS, Google Cloud (metadata.google.internal), Azure, Oracle, DigitalOcean, Hetzner, OpenStack, …
  "169.254.170.2", // AWS: credentials of ECS tasks
  "169.254.170.23", // AWS: credentials of EKS pods
  "169.254.0.23", // Tencent Cloud
  "100.100.100.200", // Alibaba Cloud
  "192.0.0.192", // Oracle Cloud, the older form
  "fd00:ec2::254", // AWS, IPv6
  "fd00:ec2::23", // AWS: credentials of EKS pods, IPv6
  "fd20:ce::254", // Google Cloud, IPv6
  "fe80::a9fe:a9fe", // OpenStack, IPv6
];

const KNOWN: ReadonlySet<string> = new Set(ADDRESSES.map((address) => ipaddr.parse(address).toNormalizedString()));

/** Whether the address is one of a cloud provider's own, in whatever way it is written. */
export function isCloudAddress(text: string): boolean {
  // A zone ("%eth0") names the same address; an IPv4-mapped address reaches the IPv4 one.
  return KNOWN.has(ipaddr.process(text.split("%", 1).join("")).toNormalizedString());
}

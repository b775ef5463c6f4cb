import { domainToASCII } from "node:url";

/** Which hosts a list of patterns names. */
export interface HostRules {
  /** `host` as `URL.hostname` gives it, IPv6 in brackets or not. */
  allows(host: string): boolean;
}

/**
 * Patterns are `api.example.com` (that host), `*.example.com` (every host below it, not itself) and `*` (every host).
 * An address is a host too, in its usual spelling. Throws an Error that names `setting` for anything else: a pattern that
 * silently matches nothing, or more than was meant, is worse than a worker that does not start.
 */
export function createHostRules(patterns: readonly string[], setting: string): HostRules {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  let all = false;
  for (const pattern of patterns) {
    const text = pattern.trim();
    const host = normalize(text.startsWith("*.") ? text.slice(2) : text);
    if (text === "*") all = true;
    else if (host === "") throw new Error(`${setting}: ${JSON.stringify(pattern)} is no host, *.host or *.`);
    else if (text.startsWith("*.")) suffixes.push(`.${host}`);
    else exact.add(host);
  }
  return {
    allows(host) {
      const name = normalize(host);
      return name !== "" && (all || exact.has(name) || suffixes.some((suffix) => name.endsWith(suffix)));
    },
  };
}

/** Lower case, punycode, without brackets and without the dot that may end a name; empty when it is no host. */
function normalize(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (/^[\da-f:.]+$/i.test(bare) && bare.includes(":")) return bare.toLowerCase();
  return /[\s/:*@?#\\]/.test(bare) ? "" : domainToASCII(bare);
}

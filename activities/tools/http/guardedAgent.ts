import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector } from "undici";
import type { AddressRules } from "./addressRules.ts";
import { HTTP_BOUNDS } from "./bounds.ts";
import { refusedAddress } from "./faults.ts";

/**
 * An undici agent that opens no connection to an address that the rules refuse. The address is checked where the connection
 * is made, on the very answer of the name server that is used, so that a name which changes its address between a check and
 * the connection gains nothing. It reads no proxy from the environment.
 */
export function createGuardedAgent(rules: AddressRules, lookup: LookupFunction = systemLookup): Agent {
  const connect = buildConnector({ timeout: HTTP_BOUNDS.connectMs, lookup: guardLookup(rules, lookup) });
  return new Agent({
    maxHeaderSize: HTTP_BOUNDS.headerBytes,
    // The caller's own deadline rules: undici's must not come first.
    headersTimeout: HTTP_BOUNDS.maxTimeoutMs,
    bodyTimeout: HTTP_BOUNDS.maxTimeoutMs,
    connect(options, callback) {
      const host = options.hostname;
      // A literal address is never looked up.
      const literal = isIP(host) ? rules.refusal(host, host) : undefined;
      if (literal !== undefined) {
        callback(refusedAddress(host, literal), null);
        return;
      }
      connect(options, (...[error, socket]) => {
        if (error) {
          callback(error, null);
          return;
        }
        // What the socket says has the last word, whatever path led to it.
        const refusal = rules.refusal(host, socket.remoteAddress ?? "");
        if (refusal === undefined) {
          callback(null, socket);
          return;
        }
        socket.destroy();
        callback(refusedAddress(host, refusal), null);
      });
    },
  });
}

/** Leaves out the addresses that are refused, and fails when none is left. */
function guardLookup(rules: AddressRules, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) {
        callback(error, []);
        return;
      }
      const addresses = typeof found === "string" ? [{ address: found, family: isIP(found) }] : found;
      const refusals = addresses.map(({ address }) => rules.refusal(hostname, address));
      const allowed = addresses.filter((_, index) => refusals[index] === undefined);
      const [first] = allowed;
      if (!first) callback(refusedAddress(hostname, refusals[0] ?? "no address"), []);
      else if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

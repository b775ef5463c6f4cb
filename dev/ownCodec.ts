import type { Configuration } from "../configuration.ts";
import { startCodecServer, type CodecServer } from "../encryption/codecServer.ts";

/**
 * The codec endpoint of a stack with encryption on, for its Web UI and for the `temporal` command; none where encryption
 * is off. Where the UI is, is known only once the server runs, which must be told first where the endpoint is.
 */
export async function startOwnCodec(
  configuration: Configuration,
  uiUrl: () => string | undefined,
): Promise<CodecServer | undefined> {
  if (!configuration.encryption) return undefined;
  return startCodecServer({
    keys: configuration,
    port: configuration.codecPort,
    token: configuration.codecToken,
    allowsOrigin: (origin) =>
      configuration.codecOrigins.includes(origin) || originsOf(uiUrl()).some((known) => known === origin),
  });
}

/** As a person may have typed it. */
function originsOf(url: string | undefined): string[] {
  if (url === undefined) return [];
  const { origin, port } = new URL(url);
  return [origin, `http://localhost:${port}`];
}

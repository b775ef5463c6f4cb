import type { Command } from "../command.ts";
import { EXIT } from "../exitCodes.ts";
import { parseOptions } from "../options.ts";
import { withContext } from "../withContext.ts";

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/** `tasker codec`: the codec endpoint until Ctrl-C, for a Web UI and a `temporal` command of one's own. */
export const codecCommand: Command = {
  run(args, output) {
    const { host } = parseOptions("codec", args, { host: { type: "string" } });
    return withContext(output, async (context) => {
      const { codecPort: port, codecOrigins, codecToken: token } = context.configuration;
      const [keyring, { startCodecServer }] = await Promise.all([
        context.keyring(),
        import("../../encryption/codecServer.ts"),
      ]);
      const { interrupted } = context;
      const sealing = keyring.sealingId(); // keys that cannot be used are said now
      const server = await startCodecServer({
        keys: context.configuration,
        port,
        token,
        ...(host === undefined ? {} : { host }),
        allowsOrigin: (origin) => codecOrigins.includes(origin),
      });
      if (token === undefined && host !== undefined && !LOOPBACK.test(host)) {
        output.warn(
          `warning: anyone who can reach ${server.url} can decrypt. Set TASKER_CODEC_TOKEN, or let only this machine reach it.`,
        );
      }
      const pages = codecOrigins.length === 0 ? "no pages (TASKER_CODEC_ORIGINS)" : codecOrigins.join(", ");
      output.say(`The codec endpoint is at ${server.url}, for pages of: ${pages}. Ctrl-C stops it.`);
      output.say(`Keys: ${keyring.ids().join(", ")} (${keyring.source}); "${sealing}" seals.`);
      if (!interrupted.aborted) {
        await new Promise<void>((resolve) => interrupted.addEventListener("abort", () => resolve(), { once: true }));
      }
      await server.close();
      return EXIT.ok;
    });
  },
};

// The bench copies this file beside the installed packages and runs it there (bench/peers/restate.ts).
import http2 from "node:http2";
import * as restate from "@restatedev/restate-sdk";

/** The twin of the measured task `sequential`: each call is a recorded step. */
const bench = restate.service({
  name: "bench",
  handlers: {
    sequential: async (ctx, { calls }) => {
      let last = 0;
      for (let call = 0; call < calls; call++) last = await ctx.run("touch", () => Promise.resolve(call));
      return last;
    },
  },
});

const endpoint = restate.endpoint().bind(bench);
const server = http2.createServer(endpoint.http2Handler()).listen(0, "127.0.0.1", () => {
  process.send({ port: server.address().port });
});
process.once("disconnect", () => process.exit(0));

// The bench copies this file beside the installed packages and runs it there (bench/peers/dbos.ts).
import http from "node:http";
import { json } from "node:stream/consumers";
import { DBOS } from "@dbos-inc/dbos-sdk";

/** The twin of the measured task `sequential`: each call is a recorded step. */
const sequential = DBOS.registerWorkflow(
  async ({ calls }) => {
    let last = 0;
    for (let call = 0; call < calls; call++) last = await DBOS.runStep(() => Promise.resolve(call), { name: "touch" });
    return last;
  },
  { name: "sequential" },
);

DBOS.setConfig({
  name: "bench",
  applicationVersion: "1",
  systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL,
  logLevel: "error",
});
await DBOS.launch();

/** As DBOS describes it: the application starts its workflows itself, here for each HTTP request. */
const server = http.createServer(async (request, response) => {
  try {
    const { input, id } = await json(request);
    const handle = await DBOS.startWorkflow(sequential, { workflowID: id })(input);
    response.end(JSON.stringify(await handle.getResult()));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.once("disconnect", () => process.exit(0));

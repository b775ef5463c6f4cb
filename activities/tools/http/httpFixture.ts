import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "../../../protocol/json.ts";
import type { ToolContext } from "../service.ts";
import { TOOL_CONTEXT } from "../testing/toolContext.ts";
import { createHttp, type HttpOptions } from "./http.ts";
import type { HttpAnswer } from "./response.ts";

export interface TestServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Connections that it ever took. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** An HTTP server on a free port of the loopback address. */
export async function startServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener);
  let connections = 0;
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `wire`: what the VM says of the body. */
export type Fetch = (url: Json, init?: Json, context?: Partial<ToolContext>, wire?: Json) => Promise<HttpAnswer>;

/** `tools.http.fetch` with these options; by default every host is allowed and the loopback address is an exception. */
export function fetchWith(options: Partial<HttpOptions> = {}): { fetch: Fetch; close: () => Promise<void> } {
  const service = createHttp({ allow: ["*"], private: ["127.0.0.1"], ...options });
  const method = service.method(["fetch"]);
  if (!method || !service.close) throw new Error("http has a method fetch and can be closed");
  return {
    fetch: (url, init, context, wire) =>
      method.call([url, ...(init === undefined ? [] : [init]), ...(wire === undefined ? [] : [wire])], {
        ...TOOL_CONTEXT,
        ...context,
      }) as Promise<HttpAnswer>,
    close: () => service.close?.() ?? Promise.resolve(),
  };
}

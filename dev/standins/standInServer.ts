import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a stand-in has got, as its log keeps it. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** The query with its question mark; empty when there is none. */
  readonly search: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** 0 until an answer has begun. */
  readonly status: number;
}

export interface StandInServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Every request since the start, oldest first. */
  readonly log: readonly LoggedRequest[];
  /** Ends open connections too. */
  stop(): Promise<void>;
}

/** Answers one request, whose body has been read whole. What it throws becomes a 500. */
export type Handler = (request: LoggedRequest, response: ServerResponse) => Promise<void> | void;

/** A real HTTP server on a free port of the loopback address, or on `port`, that logs its requests. */
export async function startStandInServer(handler: Handler, port = 0): Promise<StandInServer> {
  const log: LoggedRequest[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = "GET", headers } = request;
    const { pathname, search } = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = Buffer.concat(chunks).toString("utf8");
    const logged: LoggedRequest = {
      ...{ method, path: pathname, search, headers, body },
      get status() {
        return response.headersSent ? response.statusCode : 0;
      },
    };
    log.push(logged);
    await handler(logged, response);
  }

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

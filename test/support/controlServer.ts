import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that the control server has received. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Answer = (request: Received) => { status?: number; body?: unknown } | undefined;

/**
 * The world outside of a test's tasks, over real HTTP on loopback. It records every request, answers by path,
 * and can hold requests, so that a test acts at a named point instead of at a time.
 */
export class ControlServer {
  readonly received: Received[] = [];
  private readonly server: Server;
  private readonly answers = new Map<string, Answer>();
  private readonly holds = new Map<string, PromiseWithResolvers<null>>();
  private readonly waiting = new Set<PromiseWithResolvers<null>>();

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<ControlServer> {
    const server = createServer();
    const control = new ControlServer(server);
    server.on("request", (request, response) => void control.serve(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return control;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers of a path; without one it is 200 with what the query and the body say. */
  on(path: string, answer: Answer): void {
    this.answers.set(path, answer);
  }

  /** Lets requests to a path arrive, and answers none of them until `release`. */
  hold(path: string): void {
    this.holds.set(path, Promise.withResolvers());
  }

  release(path: string): void {
    this.holds.get(path)?.resolve(null);
    this.holds.delete(path);
  }

  releaseAll(): void {
    for (const path of [...this.holds.keys()]) this.release(path);
  }

  requests(path: string): Received[] {
    return this.received.filter((request) => request.path === path);
  }

  /** Resolves once `count` requests to the path have arrived. */
  async arrived(path: string, count = 1): Promise<void> {
    while (this.requests(path).length < count) {
      const next = Promise.withResolvers<null>();
      this.waiting.add(next);
      await next.promise;
    }
  }

  async close(): Promise<void> {
    this.releaseAll();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(request.url ?? "/", this.url);
    const body = Buffer.concat(chunks).toString("utf8");
    const received = { method: request.method ?? "GET", path: url.pathname, headers: request.headers, body };
    this.received.push(received);
    for (const { resolve } of this.waiting) resolve(null);
    this.waiting.clear();
    await this.holds.get(url.pathname)?.promise;
    const answer = this.answers.get(url.pathname)?.(received) ?? { body: Object.fromEntries(url.searchParams) };
    response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body ?? null));
  }
}

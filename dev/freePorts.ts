import { once } from "node:events";
import net from "node:net";

/** Three ports of the loopback interface that are free now. Whoever is told one may still find it taken. */
export async function freePorts(): Promise<[number, number, number]> {
  const servers = [net.createServer(), net.createServer(), net.createServer()] as const;
  const ports = await Promise.all([listen(servers[0]), listen(servers[1]), listen(servers[2])]);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as net.AddressInfo).port;
}

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readConfiguration } from "../configuration.ts";
import { freePorts } from "./freePorts.ts";
import { joinOrStartStack } from "./stack.ts";
import { choosePorts, keepPorts } from "./stackPorts.ts";
import { findTemporalCli } from "./temporalCli.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tasker-ports-"));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
const none = { temporalPort: 0, uiPort: 0, codecPort: 0 };
const silent = (): void => undefined;

test("a stack that starts again has the address that it had", async () => {
  const { path: cli } = await findTemporalCli({ explicit: readConfiguration().temporalCli });
  const configuration = readConfiguration({ TASKER_HOME: path.join(folder, "kept"), TASKER_TEMPORAL_CLI: cli });
  const startWorker = () => Promise.resolve({ stop: () => Promise.resolve() });
  const addresses: string[] = [];
  for (let start = 0; start < 2; start++) {
    const stack = await joinOrStartStack(configuration, { startWorker, headless: true });
    addresses.push(stack.address);
    await stack.stop();
  }
  assert.equal(addresses[0], addresses[1]);
});

test("a kept port that another program has taken is replaced, and the change is told", async () => {
  const [temporal, ui, codec] = await freePorts();
  const file = path.join(folder, "taken.json");
  keepPorts(file, { temporal, ui, codec });
  const other = net.createServer().listen(ui, "127.0.0.1");
  await once(other, "listening");
  const lines: string[] = [];
  try {
    const ports = await choosePorts(file, none, (line) => void lines.push(line));
    assert.deepEqual([ports.temporal, ports.codec], [temporal, codec]);
    assert.notEqual(ports.ui, ui);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", new RegExp(`^Port ${ui}, where the Web UI was, .* it is ${ports.ui} now`));
  } finally {
    other.close();
  }
});

test("a configured port wins over a kept one, and is not replaced when it is taken", async () => {
  const file = path.join(folder, "configured.json");
  keepPorts(file, { temporal: 1, ui: 2, codec: 3 });
  const configured = { temporalPort: 7_233, uiPort: 8_233, codecPort: 8_081 };
  assert.deepEqual(await choosePorts(file, configured, silent), { temporal: 7_233, ui: 8_233, codec: 8_081 });
});

test("a file of ports that is damaged is started over", async () => {
  const file = path.join(folder, "torn.json");
  writeFileSync(file, '{"temporal": ');
  assert.ok((await choosePorts(file, none, silent)).temporal > 0);
});

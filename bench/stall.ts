import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createComputeThreads, type ComputeThreads } from "../activities/compute/computeThreads.ts";
import { createCallKeys } from "../activities/callKeys.ts";
import { issueCall, type IssueContext } from "../activities/issueCall.ts";
import { splitArguments } from "../activities/callArguments.ts";
import { authorStacks } from "../activities/authorStacks.ts";
import { checkInput } from "../activities/checkInput.ts";
import { createInputCheck } from "../activities/inputCheck.ts";
import { createMask } from "../activities/masking/mask.ts";
import { VmSecrets } from "../activities/masking/vmSecrets.ts";
import { parseJson } from "../activities/sliced/parseJson.ts";
import { stringifyJson } from "../activities/sliced/stringifyJson.ts";
import { createRegistry } from "../activities/tools/registry.ts";
import { createServiceThread, type ServiceThread } from "../activities/tools/thread/serviceThread.ts";
import { createWebsearch } from "../activities/tools/websearch/websearch.ts";
import { readResultPage } from "../activities/tools/websearch/resultPage.ts";
import { startCodecServer, type CodecServer } from "../encryption/codecServer.ts";
import type { Json, JsonText } from "../protocol/json.ts";
import { LIMITS } from "../protocol/limits.ts";
import { authorStack } from "../sandbox/authorStack.ts";
import type { Row } from "./measure.ts";

interface Work {
  readonly what: string;
  /** As a worker does it. */
  readonly ours: () => Promise<unknown>;
  /** The same in one piece. */
  readonly onePiece: () => unknown;
  readonly aim?: string;
}

/** The longest time that the main thread stands still while the worst values that the limits allow are handled. */
export async function stallRows(): Promise<Row[]> {
  const compute = createComputeThreads();
  const server = await startAnswering();
  const services = createServiceThread(
    { ...SETUP, httpAllow: ["127.0.0.1"], httpPrivate: ["127.0.0.1"] },
    NO_CREDENTIALS,
  );
  const codec = await startCodecServer({ keys: { keyFile: "", keys: KEYS }, port: 0, allowsOrigin: () => false });
  const rows: Row[] = [];
  try {
    for (const { what, ours, onePiece, aim = "< 100 ms" } of works({ compute, services, server, codec })) {
      // The best of three: what else the machine does counts as a stall too.
      const stall = Math.min(await longestStall(ours), await longestStall(ours), await longestStall(ours));
      const start = performance.now();
      await onePiece();
      const whole = performance.now() - start;
      const names = { what: `main thread: ${what}`, against: "in one piece", unit: "ms", aim };
      rows.push({ ...names, ours: stall, theirs: whole, ratio: stall / whole, pairs: 1 });
    }
  } finally {
    await Promise.all([compute.close(), services.close(), server.close(), codec.close()]);
  }
  return rows;
}

const SETUP = {
  ...{ openaiBaseUrl: "http://127.0.0.1/", supabaseUrl: undefined },
  ...{ googleSubject: undefined, googleBaseUrl: undefined },
};
const NO_CREDENTIALS = { get: () => Promise.resolve(undefined), forget: () => undefined };
const unused = (): Promise<never> => Promise.reject(new Error("no call of this row needs it"));
const KEYS = `bench:${Buffer.alloc(32, 1).toString("base64")}`;

interface Places {
  readonly compute: ComputeThreads;
  readonly services: ServiceThread;
  readonly server: Answering;
  readonly codec: CodecServer;
}

function works({ compute, services, server, codec }: Places): Work[] {
  const size = LIMITS.resultBytes;
  const arrays = `[${"[],".repeat(size / 3 - 200)}[]]`;
  const names = Array.from({ length: size / 12 - 20 }, (_, i) => `"${i.toString(36)}":0`);
  const fields = `{${names.join(",")}}`;
  const values = JSON.parse(fields) as Json;
  const mask = createMask(Array.from({ length: 500 }, (_, i) => `secret${i}${"x".repeat(40)}`));
  const spelling = "secr".repeat(size / 4);
  const check = createInputCheck(compute);
  const schema: Json = { type: "array", items: { enum: Array.from({ length: LIMITS.schemaParts - 2 }, (_, i) => i) } };
  const items = JSON.stringify(Array.from({ length: 100_000 }, () => LIMITS.schemaParts - 3));
  const version = { version: "stall", inputSchema: schema };
  const page = { html: "<div class=result>".repeat(2_000), url: "https://example.com/", offset: 0 };
  const sourceMap = JSON.stringify({
    version: 3,
    sources: ["main.js"],
    names: [],
    mappings: "AAAA,CAAC;".repeat(LIMITS.bundleBytes / 16),
  });
  const stack = ["    at f (bundle.js:40:8)\n"];
  const fetching = (args: JsonText): Promise<unknown> => {
    const context = { idempotencyKey: "", taskRunId: "", task: "", attempt: 1, signal: new AbortController().signal };
    return services.call({ service: "http", path: ["fetch"], args }, { ...context, reportUsage: () => undefined });
  };
  const secrets = Array.from({ length: LIMITS.maskedBytes / 5 }, (_, i) => `s${i.toString(36).padStart(4, "0")}`);
  const metadata = Array.from({ length: 190_000 }, (_, i) => `"${i.toString(36)}":"QUFB"`).join(",");
  const payloads = `{"payloads":[{"metadata":{${metadata}}}]}`;
  const path = ["websearch", "search"];
  const calls = Array.from({ length: LIMITS.unsettledCalls }, (_, id) => ({
    id,
    path,
    args: "[1]",
    links: [],
    key: "",
  }));
  const issuing: IssueContext = {
    ...{ run: { taskRunId: "run", firstRunId: "first" }, caller: { task: "t", tools: null }, now: 0, compute },
    pinned: { task: "t", version: "v", engine: "e", depth: 1, inflightCommands: 500 },
    registry: createRegistry([createWebsearch({ compute, url: "http://127.0.0.1/" })]),
    callKeys: createCallKeys(() => new Uint8Array(32), false),
    blobs: { put: unused, get: unused, release: unused, removeUnclaimed: unused },
    secrets: new VmSecrets(),
  };
  return [
    {
      what: "check 100,000 items against an enum of 1,000",
      ours: () => check(version, items),
      onePiece: () => checkInput({ version: "stall", schema, text: items }),
    },
    {
      what: "http.fetch returns 10 MiB of empty arrays",
      ours: () => fetching(JSON.stringify([server.url])),
      onePiece: () => JSON.parse(arrays) as Json,
    },
    {
      what: "http.fetch sends 10 MiB of fields",
      ours: () => fetching(`[${JSON.stringify(server.emptyUrl)},{"method":"POST","body":${fields}}]`),
      onePiece: () => JSON.stringify(JSON.parse(fields)),
    },
    {
      what: "facts of a call with 10 MiB of arguments",
      ours: () =>
        services.facts({ service: "http", path: ["fetch"], args: `["https://example.com/",{"body":${arrays}}]` }),
      onePiece: () => JSON.parse(arrays) as Json,
    },
    {
      what: "the input of a nested run of 10 MiB of fields",
      ours: () => splitArguments(compute, `["child",${fields}]`),
      onePiece: () => JSON.stringify(JSON.parse(fields)),
    },
    {
      what: "issue the 10,000 calls of one step",
      ours: () => Promise.all(calls.map((call) => issueCall(call, issuing))),
      onePiece: () => undefined,
    },
    {
      what: "look for 500 secrets in 10 MiB that spell their beginning",
      ours: () => mask.findInSlices(spelling),
      onePiece: () => mask.find(spelling),
    },
    {
      what: "hide 500 secrets in a log line of 1 MiB that spells their beginning",
      ours: () => Promise.resolve(mask.hide(spelling.slice(0, LIMITS.logBytes))),
      onePiece: () => mask.hide(spelling.slice(0, LIMITS.logBytes)),
    },
    {
      what: "a VM is told 256 KiB of secrets",
      ours: () => Promise.resolve(new VmSecrets().add(secrets)),
      onePiece: () => new VmSecrets().add(secrets),
    },
    {
      what: "trace a stack by a source map of 5 MiB",
      ours: () => authorStacks(compute, stack, `${sourceMap} `),
      onePiece: () => authorStack(stack.join(""), sourceMap),
    },
    {
      what: "read a page of 2,000 nested results",
      ours: () => compute.run("readResultPage", page, 5_000),
      onePiece: () => readResultPage(page),
    },
    {
      what: "the codec endpoint encodes 190,000 metadata values",
      ours: () => server.post(`${codec.url}/encode`, payloads),
      onePiece: () => JSON.parse(payloads) as Json,
    },
    {
      what: "a service of one's own is given 10 MiB of empty arrays",
      ours: () => parseJson(arrays),
      onePiece: () => JSON.parse(arrays) as Json,
      aim: "none: see activities/DESIGN.md",
    },
    {
      what: "a service of one's own returns one object of 10 MiB",
      ours: () => stringifyJson(values),
      onePiece: () => JSON.stringify(values),
      aim: "none: see activities/DESIGN.md",
    },
  ];
}

interface Answering {
  /** Returns 10 MiB of empty arrays. */
  readonly url: string;
  readonly emptyUrl: string;
  /** Sends a request from the server's thread. */
  post(url: string, body: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** A server and client in a thread of their own, so that their work is not measured. */
async function startAnswering(): Promise<Answering> {
  const code = `
    const { parentPort } = require("node:worker_threads");
    const json = { "content-type": "application/json" };
    const body = "[" + "[],".repeat(${LIMITS.resultBytes} / 3 - 200) + "[]]";
    const server = require("node:http").createServer((request, response) => {
      request.resume().on("end", () => response.writeHead(200, json).end(request.url === "/large" ? body : "[]"));
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
    parentPort.on("message", async ({ url, body }) => {
      const answer = await fetch(url, { method: "POST", body });
      await answer.text();
      parentPort.postMessage(answer.status);
    });`;
  const worker = new Worker(code, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}/large`,
    emptyUrl: `http://127.0.0.1:${port}/`,
    async post(url, body) {
      const answered = once(worker, "message");
      worker.postMessage({ url, body });
      const [status] = (await answered) as [number];
      if (status !== 200) throw new Error(`${url} answered ${status}`);
    },
    close: () => worker.terminate(),
  };
}

async function longestStall(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  let going = true;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  going = false;
  tick();
  return longest;
}

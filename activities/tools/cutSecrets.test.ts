import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ApplicationFailure } from "@temporalio/common";
import { MockActivityEnvironment } from "@temporalio/testing";
import { createCipher } from "../../encryption/cipher.ts";
import { createKeyring } from "../../encryption/keyring.ts";
import { oldestKey } from "../../encryption/oldestKey.ts";
import type { Json } from "../../protocol/json.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Store } from "../../protocol/store.ts";
import type { Carried } from "../../protocol/value.ts";
import { openStore } from "../../store/openStore.ts";
import { createComputeThreads } from "../compute/computeThreads.ts";
import { createCallKeys, type CallKeys } from "../callKeys.ts";
import { issueCall } from "../issueCall.ts";
import { VmSecrets } from "../masking/vmSecrets.ts";
import { createGapi } from "./gapi/gapi.ts";
import { createHttp } from "./http/http.ts";
import { createOpenai } from "./openai/openai.ts";
import { createRegistry } from "./registry.ts";
import { createToolActivity } from "./runTool.ts";
import { createSupabase } from "./supabase/supabase.ts";
import { createWebsearch } from "./websearch/websearch.ts";

const SECRET = "SECRETPREFIX-abcdefghijklmnopqrstuvwxyz0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-tail";
/** So many of its characters would tell something. */
const TELLING = 8;
const RUN = { taskRunId: "run", firstRunId: "first" };
const ignore = (): void => undefined;

/** Calls that a service refuses by quoting a part of what it was given, and others that repeat it in a summary. */
const CALLS: readonly [path: string[], args: Json[], links?: [string, Json[]][]][] = [
  [
    ["http", "fetch"],
    ["http://127.0.0.1:9/", { headers: { [`${SECRET} `]: "x" } }],
  ],
  [
    ["http", "fetch"],
    ["http://127.0.0.1:9/", { headers: { [`x-header-${SECRET} `]: "x" } }],
  ],
  [
    ["http", "fetch"],
    ["http://127.0.0.1:9/", { headers: { [SECRET]: {} } }],
  ],
  [
    ["http", "fetch"],
    ["http://127.0.0.1:9/", { method: SECRET }],
  ],
  [
    ["http", "fetch"],
    ["http://127.0.0.1:9/", { redirect: SECRET }],
  ],
  [
    ["http", "fetch"],
    ["http://127.0.0.1:9/", { [SECRET]: 1 }],
  ],
  [["http", "fetch"], [`${SECRET}:x`]],
  [
    ["http", "fetch"],
    [`http://127.0.0.1:9/${SECRET}`, { method: "post", body: 1 }],
  ],
  [["http", "fetch"], [`http://${SECRET}.invalid/`]],
  [["sleep"], [SECRET]],
  [["sleep"], [`about ${SECRET}`]],
  [
    ["websearch", "search"],
    ["q", { [SECRET]: 1 }],
  ],
  [
    ["websearch", "search"],
    ["q", { region: SECRET }],
  ],
  [["supabase", "from"], ["t"], [[SECRET, []]]],
  [["supabase", "from"], ["t"], [["select", ["*", { [SECRET]: true }]]]],
  [["supabase", "from"], [SECRET], [["select", [1]]]],
  [
    ["supabase", "rpc"],
    ["f", { [SECRET]: {} }, { get: true }],
  ],
  [["supabase", SECRET], []],
  [["gapi", "gmail", "users", "messages", "list"], [{ userId: "me", [SECRET]: { a: 1 } }]],
  [
    ["gapi", "gmail", "users", "messages", "list"],
    [{ userId: SECRET }, { [SECRET]: 1 }],
  ],
  [
    ["gapi", "gmail", "users", "messages", "list"],
    [{ userId: "me" }, { subject: SECRET }],
  ],
  [["gapi", "describe"], [SECRET]],
  [["gapi", "describe"], [`gmail.users.${SECRET}`]],
  [["openai", "chat", "completions", "create"], [SECRET]],
  [
    ["openai", "chat", "completions", "create"],
    [{ model: SECRET }, { [SECRET]: 1 }],
  ],
  [["tasks", "execute"], [SECRET]],
  [
    ["tasks", "execute"],
    ["child", {}, { version: `${"v".repeat(190)}${SECRET}` }],
  ],
  [[SECRET], []],
  [["http", SECRET], []],
  [[`${"a".repeat(LIMITS.toolNameBytes - 20)}${SECRET}`], []],
  [[`${"a".repeat(LIMITS.toolNameBytes - 20)}${SECRET}`, "b"], []],
];

describe("no part of a secret is in what a call records or fails with", () => {
  let folder: string;
  let store: Store;
  let callKeys: CallKeys;
  const compute = createComputeThreads(1);
  const credentials = { get: () => Promise.resolve(undefined), forget: ignore };
  const registry = createRegistry([
    createHttp({ allow: ["*"], private: [] }),
    createOpenai({ credentials, baseUrl: "http://127.0.0.1:9/v1" }),
    createWebsearch({ compute, url: "http://127.0.0.1:9/" }),
    createSupabase({ credentials, url: undefined }),
    createGapi({ credentials }),
  ]);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tasker-cut-secrets-"));
    const keyring = createKeyring({ keyFile: join(folder, "keys") });
    callKeys = createCallKeys(() => oldestKey(keyring, "calls"), false);
    const cipher = createCipher(keyring, "store");
    store = await openStore({ file: join(folder, "store.db"), synchronous: "normal", cipher });
  });
  after(async () => {
    await registry.close();
    await compute.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  for (const [index, [path, args, links = []]] of CALLS.entries()) {
    const call = JSON.stringify([path, args, links]).replaceAll(new RegExp(SECRET, "gi"), "SECRET");
    test(`call ${index}: ${call}`, async () => {
      const secrets = new VmSecrets();
      secrets.add([SECRET]);
      const guest = {
        id: 1,
        path,
        args: JSON.stringify(args),
        links: links.map(([name, each]) => ({ name, args: JSON.stringify(each) })),
        key: "key",
      };
      const pinned = { task: "t", version: "v", engine: "e", tools: null, depth: 1, inflightCommands: 500 };
      const caller = { task: "t", tools: null };
      const issued = await issueCall(guest, {
        run: RUN,
        callKeys,
        pinned,
        caller,
        now: 0,
        registry,
        compute,
        blobs: store.blobs,
        secrets,
      });
      const failure = issued.kind === "tool" ? await failureOf(issued.tool, issued.args) : undefined;
      const texts = [issued, failure?.message, failure?.type, failure?.details, failure?.stack];
      const shown = JSON.stringify(texts).toLowerCase();
      for (let at = 0; at + TELLING <= SECRET.length; at++) {
        const part = SECRET.toLowerCase().slice(at, at + TELLING);
        assert.ok(!shown.includes(part), `${part} is in ${shown}`);
      }
      // The call was refused, or is one whose summary would show the secret.
      assert.ok(failure !== undefined || issued.kind === "refused", shown);
    });
  }

  async function failureOf(tool: string, args: Carried): Promise<ApplicationFailure> {
    const activity = createToolActivity({ registry, blobs: store.blobs });
    const silent = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
    const environment = new MockActivityEnvironment({ activityType: tool }, { logger: silent });
    const request = { run: RUN, key: "key", task: "t", args, inlineBytes: LIMITS.inlineBytes };
    try {
      return assert.fail(JSON.stringify(await environment.run(activity, request)));
    } catch (error) {
      if (error instanceof ApplicationFailure) return error;
      throw error;
    }
  }
});

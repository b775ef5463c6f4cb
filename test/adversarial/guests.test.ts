import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { LIMITS } from "../../protocol/limits.ts";
import type { RunProgress, RunReport } from "../../protocol/run.ts";
import { utf8Length } from "../../protocol/text.ts";
import type { RunningWorker } from "../../worker.ts";
import { TestStack } from "../support/stack.ts";

/** Text that one of Temporal's string fields, a database or a log may choke on, as source text of a guest. */
const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  "a lone surrogate": String.raw`"lone \ud800 surrogate"`,
  "a NUL": String.raw`"a \0 b"`,
  "1,001 characters": `"x".repeat(1001)`,
  "a megabyte": String.raw`"\udfff".repeat(1000000)`,
  "an internal activity's name": `"tasker:advance"`,
};

/** What a task may throw, and what its author is told. */
const THROWN: Readonly<Record<string, readonly [thrown: string, message: RegExp]>> = {
  null: ["null", /threw null/],
  undefined: ["undefined", /threw undefined/],
  "a symbol": ["Symbol('s')", /threw/],
  "a BigInt": ["10n ** 400n", /threw/],
  "an empty text": ["''", /^/],
  "a function": ["() => 1", /threw/],
  "a Proxy whose every trap throws": [
    "new Proxy({}, new Proxy({}, { get() { return () => { throw new Error('trapped') } } }))",
    /threw/,
  ],
  "a Proxy that was revoked": ["(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()", /threw/],
  "a cyclic error": [
    "(() => { const e = new Error('round'); e.cause = e; e.self = { e }; e.errors = [e]; return e })()",
    /^round \[round\]$/,
  ],
  "an error with hostile getters": [
    `Object.defineProperties(new Error("x"), Object.fromEntries(["message", "name", "stack", "code", "class", "cause", "toString", "toJSON"]
      .map((key) => [key, { get() { throw new Error("got " + key) } }])))`,
    /threw|^Error$/,
  ],
  "an error whose fields are no texts": [
    "Object.assign(Object.create(Error.prototype), { message: {}, name: [], stack: 7, code: Symbol(), class: null })",
    /threw|Error/,
  ],
  "an error that says it is the host's": [
    `Object.assign(new Error("memory"), { code: "memory_limit", class: "infrastructure", name: "TaskerError", type: "internal", nonRetryable: false })`,
    /memory/,
  ],
  "an error that is a copy of the host's": [
    `await tools.no.such().catch((e) => { const copy = Object.create(e); return Object.assign(copy, { class: "infrastructure" }) })`,
    /no\.such|threw/,
  ],
};

/** Results that JSON cannot hold, and the path that the error names. */
const RESULTS: Readonly<Record<string, readonly [result: string, message: string]>> = {
  "a BigInt": ["{ list: [1, 2n] }", "result.list[1] is a bigint, which JSON cannot hold"],
  "a cycle": [
    "(() => { const a = { b: [] }; a.b.push(a); return a })()",
    "result.b[0] is a cycle, which JSON cannot hold",
  ],
  "a function": ["{ 'a b': { f() {} } }", 'result["a b"].f is a function, which JSON cannot hold'],
  "a symbol": ["Symbol('s')", "result is a symbol, which JSON cannot hold"],
};

/** Paths that are no tool. Each is a call in the array form or a dotted one. */
const NO_TOOLS: Readonly<Record<string, string>> = {
  unknown: `tools.no.such.tool()`,
  "near a known one": `tools.http.fetsh("x")`,
  "the root": `tools()`,
  "an internal activity": `tools["tasker:advance"]({ run: {}, pinned: {}, token: null })`,
  "an internal activity in the array form": `__callHostTool__("tasker:advance", [], [])`,
  "an internal activity below a service": `__callHostTool__("http", ["tasker:advance"], [{}])`,
  "an internal activity, its halves apart": `__callHostTool__("tasker:", ["advance"], [{}])`,
  "an internal activity with an empty path": `__callHostTool__("tasker:closeRun", [""], [{}])`,
  "the activity behind every tool": `tools.default({})`,
  "the VM's own timer": `tools.setTimeout(5)`,
  "a query of Temporal's": `tools.__temporal_workflow_metadata()`,
  "a name that holds its dot": `tools["http.fetch"]("x")`,
  __proto__: `tools.__proto__.constructor("return 1")`,
  constructor: `tools.constructor.constructor("return process")`,
  "nothing at all": `__callHostTool__("", [], [])`,
  "an empty segment": `__callHostTool__("http", ["", "fetch"], [])`,
  "2,000 segments": `__callHostTool__("http", Array(2000).fill("a"), [])`,
  ...Object.fromEntries(
    Object.entries(HOSTILE_TEXTS).flatMap(([what, text]) => [
      [`${what} as a service`, `tools[${text}]()`],
      [`${what} as a method`, `tools.http[${text}]()`],
      [`${what} as a path`, `__callHostTool__(${text}, [${text}], [${text}])`],
    ]),
  ),
};

const NO_TASKS: Readonly<Record<string, string>> = {
  ...HOSTILE_TEXTS,
  nothing: "undefined",
  null: "null",
  "a number": "7",
  "an object": "{ toString: () => 'echo' }",
  "an empty name": "''",
  "a path upwards": "'../echo'",
  "an unknown task": "'no-such-task'",
};

const NO_DURATIONS: Readonly<Record<string, string>> = {
  ...HOSTILE_TEXTS,
  NaN: "NaN",
  "a word": "'x'",
  "nothing to say": "''",
  nothing: "undefined",
  null: "null",
  "less than nothing": "-1",
  Infinity: "Infinity",
  "more than ten years": String(LIMITS.sleepMs + 1),
  "an object": "{ valueOf: () => 5 }",
  "a BigInt": "5n",
};

describe("whatever a guest does, it gets a clean failure, and everybody else is served", () => {
  let stack: TestStack;
  let worker: RunningWorker;
  let neighbour: string;

  before(async () => {
    stack = await TestStack.start();
    await stack.publish({
      "echo.js": `module.exports = async function echo(input) { return input; };`,
      "echoed.js": `module.exports = async function echoed(input, { tools }) { return tools.tasks.execute("echo", input); };`,
      "neighbour.js": `module.exports = async function neighbour({ url }, { tools }) {
        const before = [Math.random(), Date.now()];
        // However slow the attacks make this worker, it is one attempt.
        await tools.http.fetch(url + "/neighbour", { timeoutMs: 600000 });
        return { before, after: [Math.random(), Date.now()] };
      };`,
      "relay.js": `module.exports = async function relay({ task, levels }, { tools }) {
        return levels === 0 ? tools.tasks.execute(task, {}) : tools.tasks.execute("relay", { task, levels: levels - 1 });
      };`,
      "catcher.js": `module.exports = async function catcher({ task }, { tools }) {
        try { await tools.tasks.execute("relay", { task, levels: 1 }); }
        catch ({ code, class: kind, message }) { return { code, class: kind, message }; }
      };`,
    });
    worker = await stack.worker();
    stack.control.hold("/neighbour");
    neighbour = await stack.start("neighbour", { url: stack.control.url });
    await stack.control.arrived("/neighbour");
  });
  after(() => stack.stop());

  /** Publishes the body of a task, and runs it. */
  async function attack(name: string, body: string, input: Record<string, string> = {}): Promise<RunReport> {
    await stack.publish({ [`${name}.js`]: taskOf(body) });
    const report = await stack.run(name, { url: stack.control.url, ...input });
    assertPlain(report);
    return report;
  }

  /** The worker that was attacked is the one that serves, parent and child. */
  async function assertServes(): Promise<void> {
    const ended = worker.ended.then(
      () => "ended",
      (error: unknown) => `ended: ${String(error)}`,
    );
    const served = stack.run("echoed", { message: "hi" }).then(({ result }) => JSON.stringify(result));
    assert.equal(await Promise.race([served, ended]), '{"message":"hi"}');
  }

  /** Types of the activities that Temporal's history of a run has. */
  async function activitiesOf(taskRunId: string): Promise<string[]> {
    const { events = [] } = await stack.client.workflow.getHandle(taskRunId).fetchHistory();
    return (events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
    );
  }

  test("it throws anything at all", async () => {
    const attacks = Object.entries(THROWN).map(async ([what, [thrown, message]], i) => {
      const { status, error } = await attack(`throws-${i}`, `throw ${thrown}`);
      assert.deepEqual([status, error?.code, error?.class], ["failed", "guest_error", "guest"], what);
      assert.match(error?.message ?? "", message, what);
    });
    await Promise.all(attacks);
    await assertServes();
  });

  test("message, name, code and stack of its error are hostile texts", async () => {
    const attacks = Object.entries(HOSTILE_TEXTS).map(async ([what, text], i) => {
      const body = `throw Object.assign(new Error(${text}), { name: ${text}, code: ${text}, stack: ${text} })`;
      const { taskRunId, status, error } = await attack(`texts-${i}`, body);
      assert.deepEqual([status, error?.code, error?.class], ["failed", "guest_error", "guest"], what);
      // Temporal's own view of the failure is the same one.
      const failure: unknown = await stack.client.workflow
        .getHandle(taskRunId)
        .result()
        .catch((thrown: unknown) => thrown);
      assert.ok(failure instanceof WorkflowFailedError && failure.cause instanceof ApplicationFailure, what);
      assert.equal(failure.cause.type, "guest_error");
      assert.equal(failure.cause.message, error?.message);
    });
    await Promise.all(attacks);
    await assertServes();
  });

  test("it returns what JSON cannot hold: the error names the path", async () => {
    const attacks = Object.entries(RESULTS).map(async ([what, [result, message]], i) => {
      const { status, error } = await attack(`returns-${i}`, `return ${result}`);
      assert.deepEqual([status, error?.code, error?.message], ["failed", "not_serializable", message], what);
    });
    const deep = attack("returns-deep", "let a = 1; for (let i = 0; i < 2e5; i++) a = [a]; return a");
    const large = attack("returns-large", `return "x".repeat(${LIMITS.resultBytes})`);
    await Promise.all(attacks);
    assert.equal((await deep).error?.code, "not_serializable");
    assert.equal((await large).error?.code, "result_too_large");
    await assertServes();
  });

  test("input, result, arguments and answers of tools are the same whatever texts and keys they hold", async () => {
    const odd = { "\ud800": "\udc00", "\0": "\0", ["__proto__"]: { toJSON: 1, then: 2 }, then: "x".repeat(100_000) };
    stack.control.on("/odd", ({ body }) => ({ body: JSON.parse(body) as unknown }));
    await stack.publish({
      "odd.js": `module.exports = async function odd({ url, odd }, { tools }) {
        const answer = await tools.http.fetch(url + "/odd", { method: "POST", body: JSON.stringify(odd) });
        return { odd, sent: JSON.parse(answer.body), nested: await tools.tasks.execute("echo", odd) };
      };`,
    });
    const input = JSON.parse(JSON.stringify({ url: stack.control.url, odd })) as { url: string; odd: typeof odd };
    const report = await stack.run("odd", input);
    assert.deepEqual(
      report.result,
      { odd: input.odd, sent: input.odd, nested: input.odd },
      JSON.stringify(report.error),
    );
    await assertServes();
  });

  test("it never settles: a deadlock, at once", async () => {
    const bodies = [
      "await new Promise(() => {})",
      "await { then() {} }",
      'await tools.http.fetch(url + "/once"); await new Promise(() => {})',
      "await new Promise((resolve) => clearTimeout(setTimeout(resolve, 3600000)))",
    ];
    const reports = await Promise.all(bodies.map((body, i) => attack(`stuck-${i}`, body)));
    for (const { status, error } of reports) {
      assert.deepEqual([status, error?.code, error?.class], ["failed", "deadlock", "guest"]);
    }
    assert.match(reports[0]?.error?.message ?? "", /it made no call$/);
    assert.match(reports[2]?.error?.message ?? "", /its last call was made at \S+:\d+:\d+$/);
    await assertServes();
  });

  test("it calls what is not a function: the failure names the callee, in the author's words", async () => {
    const { error } = await attack("callee", "const x = {}; x.y(1)");
    assert.equal(error?.message, "TypeError: x.y is not a function");
    assert.match(error.stack, /^TypeError: x\.y is not a function\n/);
  });

  test("it uses up its CPU, its memory or its stack", async () => {
    const attacks = {
      cpu_limit: ["for (;;) {}", "for (;;) await null"],
      memory_limit: ["const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))", "new ArrayBuffer(1e9)"],
      guest_error: ["const f = () => f() + 1; f()", "const f = () => [1].map(f); f()"],
    };
    const reports = Object.entries(attacks).flatMap(([code, bodies]) =>
      bodies.map(async (body, i) => [code, body, await attack(`${code}-${i}`, body)] as const),
    );
    for (const [code, body, { status, error }] of await Promise.all(reports)) {
      assert.deepEqual([status, error?.code], ["failed", code], body);
      const known = /stopped in the function or call at \S+:\d+:\d+$/;
      // Between two jobs of an endless async loop the guest has no frame.
      const place = body.includes("await") ? /stopped (in the function or call at \S+:\d+:\d+|is not known)$/ : known;
      if (code === "cpu_limit") assert.match(error?.message ?? "", place);
    }
    await assertServes();
  });

  test("it floods the log: the log is cut with a marker, and the run completes", async () => {
    const floods = {
      "in one step": "for (let i = 0; i < 100000; i++) console.log('line', i)",
      "step by step":
        "for (let i = 0; i < 12; i++) { for (let j = 0; j < 1000; j++) console.log('x'.repeat(200)); await tools.sleep(1) }",
      "in few lines": "for (let i = 0; i < 100; i++) tools.log('y'.repeat(1e6))",
    };
    const attacks = Object.entries(floods).map(async ([what, body], i) => {
      const { status, result, logs } = await attack(`flood-${i}`, `${body}; return "dry"`);
      assert.deepEqual([status, result], ["completed", "dry"], what);
      assert.ok(logs.reduce((sum, { text }) => sum + utf8Length(text), 0) <= LIMITS.logBytes, what);
      assert.equal(logs.at(-1)?.text, `log cut: a run keeps ${LIMITS.logBytes} bytes of it`, what);
    });
    await Promise.all(attacks);
    await assertServes();
  });

  test("its log lines are hostile texts: also the status and the Web UI's page show them", async () => {
    stack.control.hold("/logged");
    const lines = Object.values(HOSTILE_TEXTS);
    const body = `${lines.map((text) => `console.log(${text}); tools.log(${text}, { [${text}]: ${text} });`).join("\n")}
      Promise.reject(Object.assign(new Error(${HOSTILE_TEXTS["a lone surrogate"] ?? ""}), { stack: "\\udfff" }));
      await tools.http.fetch(url + "/logged");`;
    await stack.publish({ "logs.js": taskOf(body) });
    const run = await stack.start("logs", { url: stack.control.url });
    await stack.control.arrived("/logged");
    const handle = stack.client.workflow.getHandle(run);
    const { logs } = await handle.query<RunProgress>("status");
    assert.ok(logs.length > 0);
    assert.match(JSON.stringify(await handle.query("__temporal_workflow_metadata")), /1 call made/);
    stack.control.release("/logged");
    const report = await stack.tasker.result(run);
    assertPlain(report);
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    assert.equal(report.logs.length, lines.length * 2 + 1);
    await assertServes();
  });

  test("it calls what is no tool: every call rejects, and nothing is scheduled", async () => {
    const calls = Object.entries(NO_TOOLS).map(
      ([what, call]) => `seen[${JSON.stringify(what)}] = await outcome(() => ${call});`,
    );
    const { taskRunId, result, error, ...report } = await attack(
      "no-tools",
      `${OUTCOME} ${calls.join("\n")} return seen`,
    );
    const expected = Object.keys(NO_TOOLS).map((what) => [what, "unknown_tool guest"]);
    assert.deepEqual(result, Object.fromEntries(expected), JSON.stringify(error));
    assert.deepEqual(await activitiesOf(taskRunId), []);
    assert.ok(
      report.calls.every(({ status, tool }) => status === "failed" && utf8Length(tool) <= LIMITS.toolNameBytes),
    );
    await assertServes();
  });

  test("it executes what is no task", async () => {
    const calls = Object.entries(NO_TASKS).flatMap(([what, name]) => [
      `seen[${JSON.stringify(what)}] = await outcome(() => tools.tasks.execute(${name}, {}));`,
      `seen[${JSON.stringify(`version: ${what}`)}] = await outcome(() => tools.tasks.execute("echo", {}, { version: "v" + String(${name}) }));`,
    ]);
    const { result, error } = await attack("no-tasks", `${OUTCOME} ${calls.join("\n")} return seen`);
    assert.ok(result !== null && typeof result === "object", JSON.stringify(error));
    for (const [what, code] of Object.entries(result as Record<string, string>)) {
      const version = what === "version: a megabyte" ? /^invalid_argument guest$/ : /^unknown_version guest$/;
      const codes = what.startsWith("version") ? version : /^(invalid_argument|not_serializable|unknown_task) guest$/;
      assert.match(code, codes, what);
    }
    await assertServes();
  });

  test("it sleeps for no time that there is", async () => {
    const calls = Object.entries(NO_DURATIONS).map(
      ([what, ms]) => `seen[${JSON.stringify(what)}] = await outcome(() => tools.sleep(${ms}));`,
    );
    const timers = `for (const ms of [NaN, -5, "x", undefined, null, {}, -Infinity]) await new Promise((done) => setTimeout(done, ms));`;
    const body = `${OUTCOME} ${calls.join("\n")} ${timers} return seen`;
    const { result, error } = await attack("no-durations", body);
    const expected = Object.keys(NO_DURATIONS).map((what) => [what, "invalid_argument guest"]);
    assert.deepEqual(result, Object.fromEntries(expected), JSON.stringify(error));
    await assertServes();
  });

  test("a tool's arguments are hostile: they reach summaries, headers and messages", async () => {
    const texts = Object.values(HOSTILE_TEXTS);
    const calls = texts.flatMap((text) => [
      `await outcome(() => tools.http.fetch(${text}));`,
      `await outcome(() => tools.http.fetch("http://" + ${text} + "/"));`,
      `await outcome(() => tools.http.fetch(url + "/" + ${text}, { timeoutMs: 5000 }));`,
      `await outcome(() => tools.http.fetch(url, { method: ${text} }));`,
      `await outcome(() => tools.http.fetch(url, { headers: { [${text}]: ${text} } }));`,
      `await outcome(() => tools.http.fetch(url, { [${text}]: ${text}, responseType: ${text} }));`,
    ]);
    const odd = ["", "null", "() => 1", "{ get href() { throw null } }", "1n", "[[[]]]"].map(
      (argument) => `await outcome(() => tools.http.fetch(${argument}));`,
    );
    const { status, error } = await attack("arguments", `${OUTCOME} ${[...calls, ...odd].join("\n")}`);
    assert.equal(status, "completed", JSON.stringify(error));
    await assertServes();
  });

  test("a child's hostile error reaches its outermost parent through three levels, with its code and class", async () => {
    const innermost: Readonly<Record<string, readonly [body: string, code: string, kind: string]>> = {
      ...Object.fromEntries(
        Object.entries(HOSTILE_TEXTS).map(([what, text]) => [
          what,
          [`throw Object.assign(new Error(${text}), { code: ${text} })`, "guest_error", "guest"] as const,
        ]),
      ),
      null: ["throw null", "guest_error", "guest"],
      "a Proxy": [`throw ${THROWN["a Proxy whose every trap throws"]?.[0] ?? ""}`, "guest_error", "guest"],
      "one that says it is the host's": [
        `throw Object.assign(new Error("no"), { code: "cpu_limit", class: "limit" })`,
        "guest_error",
        "guest",
      ],
      "the host's own": ["await tools.no.such()", "unknown_tool", "guest"],
      "a limit of the host's": ["new ArrayBuffer(1e9)", "memory_limit", "limit"],
      "a deadlock": ["await new Promise(() => {})", "deadlock", "guest"],
    };
    const attacks = Object.entries(innermost).map(async ([what, [body, code, kind]], i) => {
      const alone = await attack(`innermost-${i}`, body);
      const relayed = await stack.run("relay", { task: `innermost-${i}`, levels: 2 });
      assertPlain(relayed);
      assert.deepEqual([relayed.error?.code, relayed.error?.class], [code, kind], what);
      assert.equal(relayed.error?.message, alone.error?.message, what);
      const caught = await stack.run("catcher", { task: `innermost-${i}` });
      assert.deepEqual(caught.result, { code, class: kind, message: alone.error?.message }, what);
    });
    await Promise.all(attacks);
    await assertServes();
  });

  test("search attributes hold a task's name as it may be at most, and what a caller put there", async () => {
    const name = `t${"/._-x".repeat(50)}`.slice(0, LIMITS.taskNameBytes);
    await stack.publish({ "long.js": `/** @task ${name} */ module.exports = async () => 1;` });
    const report = await stack.run(name);
    assert.equal(report.result, 1, JSON.stringify(report.error));
    assert.equal(await attributeOf(report.taskRunId, "TaskName"), name);
    assert.equal(await attributeOf(report.taskRunId, "TaskVersion"), report.version);

    const handle = await stack.client.workflow.start("taskRun", {
      taskQueue: "tasker",
      workflowId: "by-a-caller",
      args: [{ task: "echo", input: 1 }],
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the typed ones would not let such values through.
      searchAttributes: { TaskName: ["\ud800\0"], TaskVersion: ["another"] },
    });
    await handle.result();
    assert.equal(await attributeOf("by-a-caller", "TaskName"), "echo");
    const { version } = await stack.tasker.report("by-a-caller");
    assert.equal(await attributeOf("by-a-caller", "TaskVersion"), version);
    await assertServes();
  });

  async function attributeOf(taskRunId: string, name: string): Promise<unknown> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- by name, whatever its type.
    const { searchAttributes } = await stack.client.workflow.getHandle(taskRunId).describe();
    return searchAttributes[name]?.[0];
  }

  test("a run that was suspended all the while goes on as if nothing had happened", async () => {
    stack.control.release("/neighbour");
    const report = await stack.tasker.result(neighbour);
    assert.equal(report.status, "completed", JSON.stringify(report.error));
    assert.equal(stack.control.requests("/neighbour").length, 1);
  });
});

function taskOf(body: string): string {
  return `module.exports = async function attack(input, { tools }) { const { url } = input; ${body} };`;
}

/** Guest code: what became of a call, by its code and class. */
const OUTCOME = `
  const seen = {};
  const outcome = async (make) => {
    try { await make(); return "resolved"; }
    catch (error) { return error?.code === undefined ? String(error) : error.code + " " + error.class; }
  };`;

/** What people and programs are shown is well-formed, without NUL, and bounded. */
function assertPlain({ error, logs, calls }: RunReport): void {
  const texts = [error?.code, error?.message, error?.stack, ...calls.map(({ tool }) => tool)];
  for (const text of texts) {
    if (text !== undefined) assert.ok(text.isWellFormed() && !text.includes("\0"), JSON.stringify(text.slice(0, 200)));
  }
  assert.ok(utf8Length(error?.message ?? "") + utf8Length(error?.stack ?? "") <= LIMITS.errorBytes);
  assert.ok(logs.every(({ text }) => utf8Length(text) <= LIMITS.logBytes));
}

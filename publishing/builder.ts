import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { LIMITS } from "../protocol/limits.ts";
import type { Millis } from "../protocol/step.ts";
import type { BuildResult } from "./buildTask.ts";
import type { Reply, Request } from "./builderProcess.ts";
import type { FoundTask, Inspection } from "./inspectFile.ts";
import type { FileList } from "./listFiles.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/**
 * Does the work of publishing in a process of its own, one piece after another, each within a time bound. When a file
 * takes too long, or ends the process or the bundler, that file has a problem; the next piece of work gets a new process.
 */
export class Builder implements Work, AsyncDisposable {
  readonly #timeoutMs: Millis;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(timeoutMs: Millis = LIMITS.publishFileMs) {
    this.#timeoutMs = timeoutMs;
  }

  async list(folder: string): Promise<FileList> {
    const done = await this.#do<FileList>({ name: "list", args: [folder] }, ".");
    return "problem" in done ? { files: [], problems: [done.problem] } : done.result;
  }

  async inspect(folder: string, file: string): Promise<Inspection> {
    const done = await this.#do<Inspection>({ name: "inspect", args: [folder, file] }, file);
    return "problem" in done ? done : done.result;
  }

  async build(found: FoundTask, publishedAt: Millis): Promise<BuildResult> {
    const done = await this.#do<BuildResult>({ name: "build", args: [found, publishedAt] }, found.file);
    return "problem" in done ? { problems: [done.problem] } : done.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#end();
  }

  #do<T>(request: Request, file: string): Promise<Done<T>> {
    const done = this.#last.then(() => this.#doNow<T>(request, file));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #doNow<T>(request: Request, file: string): Promise<Done<T>> {
    const child = this.#child?.connected === true ? this.#child : startProcess();
    this.#child = child;
    const ended = new AbortController();
    const { signal } = ended;
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    child.send(request);
    try {
      const reply = await Promise.race([
        once(child, "message", { signal }).then(([reply]: unknown[]) => reply as Reply),
        once(child, "exit", { signal }).then((): Reply => ({ failed: "exit" })),
        once(timeout, "abort", { signal }).then(() => undefined),
      ]);
      if (reply && "result" in reply) return { result: reply.result as T };
      await this.#end();
      return { problem: reply ? crashed(file) : tooLong(file, this.#timeoutMs) };
    } finally {
      ended.abort();
    }
  }

  /** Ends the process and the bundler's, which is its child. */
  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined) return;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    try {
      // It leads a process group. The bundler may still be in the group when the process itself has ended.
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // The whole group has ended.
    }
    await exited;
  }
}

type Done<T> = { readonly result: T } | { readonly problem: Problem };

/** In a process group of its own, without this process's settings, without output: a bundler that crashes prints its whole stack. */
function startProcess(): ChildProcess {
  const { PATH, ESBUILD_BINARY_PATH } = process.env;
  return fork(new URL("./builderProcess.ts", import.meta.url), {
    detached: true,
    execArgv: [],
    env: { PATH, ESBUILD_BINARY_PATH },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

function tooLong(file: string, timeoutMs: Millis): Problem {
  const message =
    `Publishing it takes longer than ${timeoutMs / 1000} s. Look for very long comments, deep nesting, ` +
    "or packages with thousands of files.";
  return problem(PROBLEM_CODES.publishTimeout, message, file);
}

function crashed(file: string): Problem {
  const message =
    "The bundler or parser stopped while it worked on this file. Most likely this file, or one that it loads, " +
    "is nested too deeply.";
  return problem(PROBLEM_CODES.publishFailed, message, file);
}

/** A compute thread: one job at a time. Each job's code is loaded at its first use. */
import { parentPort } from "node:worker_threads";
import { TaskerError } from "../../protocol/errors.ts";
import { threadNumber } from "../../sandbox/threadCpu.ts";
import type { JobName, JobRequest, JobResult, Jobs } from "./jobs.ts";
import type { JobAnswer, JobMessage, Ready } from "./messages.ts";

const port = parentPort;
if (port === null) throw new Error("this module runs in a worker thread");

const loaders: { readonly [Name in JobName]: () => Promise<Jobs[Name]> } = {
  checkInput: async () => (await import("../checkInput.ts")).checkInput,
  authorStacks: async () => {
    const { authorStack } = await import("../../sandbox/authorStack.ts");
    return ({ texts, sourceMap }) => texts.map((text) => authorStack(text, sourceMap));
  },
  authorFailure: async () => {
    const { authorFailure } = await import("../../sandbox/authorFailure.ts");
    return ({ failure, sourceMap }) => authorFailure(failure, sourceMap);
  },
  argumentTexts: async () => (await import("./argumentTexts.ts")).argumentTexts,
  readResultPage: async () => (await import("../tools/websearch/resultPage.ts")).readResultPage,
};

port.on("message", ({ name, request }: JobMessage) => {
  void perform(name, request as never).then((answer) => port.postMessage(answer));
});
port.postMessage({ tid: threadNumber() } satisfies Ready);

async function perform<Name extends JobName>(name: Name, request: JobRequest<Name>): Promise<JobAnswer> {
  try {
    const job = (await loaders[name]()) as (request: JobRequest<Name>) => JobResult<Name>;
    return { ok: true, value: job(request) };
  } catch (error) {
    return { ok: false, error: error instanceof TaskerError ? error.toTaskError() : String(error) };
  }
}

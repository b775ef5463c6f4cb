import type { ToolContext } from "../service.ts";

/** What a tool's method gets in its tests, unless one says otherwise: the first attempt at a call that nobody cancels. */
export const TOOL_CONTEXT: ToolContext = {
  idempotencyKey: "run:1",
  taskRunId: "run",
  task: "t",
  attempt: 1,
  signal: new AbortController().signal,
  links: [],
  reportUsage: () => undefined,
};

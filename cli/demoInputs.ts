import type { Json } from "../protocol/json.ts";

/** What the demo gives to each sample task; `{}` to one that is not here. */
export const DEMO_INPUTS: Readonly<Record<string, Json>> = {
  echo: { message: "hello" },
  "gapi-list-domains-with-nested": { includeStats: true },
  "long-haul": { rounds: 3 },
  "module-diagnostic": { checkGlobalScope: true },
  "nested-calls-test": { depth: 3 },
  research: { question: "How does durable execution survive a crash?" },
  "run-task-example": { name: "Tasker" },
  summarize: { values: [3, 1, 4, 1, 5, 9, 2, 6], unit: "cm" },
  "reports/word-report": { text: "the task sleeps, the task wakes, the task ends", top: 2 },
};

/** The sample tasks of this project, by name. Every other file in `tasks/` is its author's, and nothing of ours checks it. */
export const SAMPLE_TASKS: Readonly<Record<string, string>> = {
  "comprehensive-gmail-search": "comprehensive-gmail-search.js",
  echo: "echo.js",
  "gapi-list-domains-with-nested": "gapi-list-domains-with-nested.js",
  "gapi-test": "gapi-test.js",
  "host-call-example": "host-call-example.js",
  "long-haul": "long-haul.js",
  "module-diagnostic": "module-diagnostic.js",
  "nested-calls-test": "nested-calls-test.js",
  "promise-handling-example": "promise-handling-example.js",
  "reports/word-report": "reports/word-report.js",
  research: "research.js",
  "run-task-example": "run-task-example.js",
  summarize: "summarize.ts",
  "supabase-example": "supabase-example.js",
};

/** What the samples load, and their tests. */
export const SAMPLE_MODULES: readonly string[] = [
  "comprehensive-gmail-search.test.ts",
  "shared/gapi-helper.js",
  "shared/gapi-helper.test.ts",
  "shared/in-parallel.js",
  "shared/statistics.ts",
  "shared/text-helper.js",
  "shared/text-size.js",
];

/** A page of the small web that the stand-in searches. */
export interface Document {
  readonly title: string;
  readonly url: string;
  readonly text: string;
}

const TOPICS: readonly (readonly [topic: string, host: string, about: string])[] = [
  ["Durable execution", "durable.example.org", "code that survives crashes, because each finished step is recorded"],
  ["Temporal workflows", "temporal.example.com", "workflows, activities and timers that a server keeps in a history"],
  ["QuickJS", "quickjs.example.net", "a small JavaScript engine that compiles to WebAssembly"],
  ["WebAssembly", "wasm.example.org", "a portable binary format whose linear memory can be saved and restored"],
  ["Gmail API", "mail.example.com", "listing and searching messages of a mailbox by query"],
  ["Google Workspace", "workspace.example.com", "domains, users and groups of a customer, by the Admin Directory"],
  ["SQLite", "sqlite.example.org", "a database in one file, with a write-ahead log"],
  ["PostgreSQL", "postgres.example.org", "a database server with transactions, indexes and row security"],
  ["Encryption at rest", "crypto.example.net", "AES-256-GCM, key ids and the rotation of keys"],
  ["Language models", "models.example.ai", "chat completions, tokens, embeddings and what they cost"],
];

const KINDS: readonly (readonly [kind: string, path: string, says: string])[] = [
  ["overview", "overview", "An introduction for newcomers"],
  ["tutorial", "tutorial?part=1&lang=en", "Step by step, with examples"],
  ["reference", "reference/index.html", "Every option, with its bounds"],
  ["compared", "compare#table", "Strengths & weaknesses beside the alternatives"],
  ["questions and answers", "faq", "What people ask most, and the answers"],
];

/** Fifty pages, always the same. */
export const CORPUS: readonly Document[] = TOPICS.flatMap(([topic, host, about]) =>
  KINDS.map(([kind, path, says]) => ({
    title: `${topic}: ${kind}`,
    url: `https://${host}/${path}`,
    text: `${says}: ${about}.`,
  })),
);

/** Pages that hold at least one word of the query, those with the most first. */
export function searchCorpus(query: string, corpus: readonly Document[] = CORPUS): readonly Document[] {
  const wanted = new Set(words(query));
  return corpus
    .map((document) => {
      const held = new Set(words(`${document.title} ${document.text}`));
      return { document, hits: [...wanted].filter((word) => held.has(word)).length };
    })
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits)
    .map(({ document }) => document);
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

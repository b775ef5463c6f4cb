const second = 1_000;

/** Bounds of one `websearch.search`. Times are milliseconds. */
export const WEBSEARCH_BOUNDS = {
  /** Results of one search; DuckDuckGo's page shows 10 at a time. */
  results: 100,
  defaultResults: 10,
  /** DuckDuckGo cuts longer queries off. */
  queryCharacters: 500,
  /** JSON of the arguments. */
  argumentBytes: 64 * 1024,
  /** Pages fetched for one search. */
  pages: 12,
  /** Between two pages of one search: faster than a person clicks looks like a bot. */
  pauseMs: second,
  /** Body of one page, after decompression; a page of today has about 40 KiB. */
  pageBytes: 4 * 1024 * 1024,
  /** One page, from connecting to its last byte. */
  pageMs: 20 * second,
  connectMs: 10 * second,
  /** CPU time of reading one page; a page of today takes some 20 ms. */
  readCpuMs: 5 * second,
  /** All pages of one attempt; `pages` of the slowest kind need less. */
  attemptMs: 300 * second,
  /** Attempts at a search that is blocked: every further one makes the block last. */
  blockedAttempts: 4,
  /** Wait after the first blocked attempt; it doubles with each. */
  blockedWaitMs: 15 * second,
} as const;

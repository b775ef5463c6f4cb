const second = 1_000;
const minute = 60 * second;
const MiB = 1024 * 1024;

/** Bounds of one call of `tools.openai`. Times are milliseconds. */
export const OPENAI_BOUNDS = {
  /**
   * Body of an answer. OpenAI's JSON is indented, so that embeddings arrive three times as large as they leave;
   * what leaves may have `LIMITS.resultBytes`.
   */
  answerBytes: 32 * MiB,
  /** All events of a streamed answer: 128,000 tokens at about 300 bytes each, three times over. They are not kept. */
  streamBytes: 128 * MiB,
  connectMs: 10 * second,
  /** One attempt at a text or an image. The client library's own default. */
  longMs: 10 * minute,
  /** All attempts at one of those. */
  longTotalMs: 30 * minute,
  /** One attempt at embeddings and moderations. */
  mediumMs: 2 * minute,
  /** One attempt at what is only looked up, cancelled or deleted. */
  shortMs: 30 * second,
  /** How much later than the attempt's own bound Temporal gives it up, so that the task gets the better error. */
  slackMs: 10 * second,
  /** An id in a path, such as a model's. */
  idCharacters: 200,
} as const;

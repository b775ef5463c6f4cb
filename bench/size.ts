/** How much a row measures. */
export interface Size {
  /** Sequential calls of one run. */
  readonly calls: number;
  /** Runs at once in the rows about throughput. */
  readonly runs: number;
  /** Runs that the rows about other engines make for a rate, and how many of them are in flight at a time. */
  readonly peerRuns: number;
  readonly peerRunsAtOnce: number;
  readonly pairs: number;
  /** Pairs of the rows about the journal: three percent are less than what one pair is off by. */
  readonly journalRounds: number;
  readonly fanOut: number;
  /** The call whose cost is compared with that of the tenth. */
  readonly lastCall: number;
  /** Runs after which the memory of a worker is looked at. */
  readonly memoryRuns: number;
  /** Runs asleep. */
  readonly sleeping: number;
  readonly naps: number;
}

/** Each row takes less than two minutes on an idle machine. */
export const FULL: Size = {
  calls: 100,
  runs: 100,
  peerRuns: 200,
  peerRunsAtOnce: 50,
  pairs: 5,
  journalRounds: 20,
  fanOut: 1_000,
  lastCall: 5_000,
  memoryRuns: 2_000,
  sleeping: 1_000,
  naps: 3,
};

/** Some seconds a row. */
export const QUICK: Size = {
  calls: 40,
  runs: 30,
  peerRuns: 60,
  peerRunsAtOnce: 30,
  pairs: 3,
  journalRounds: 4,
  fanOut: 300,
  lastCall: 500,
  memoryRuns: 200,
  sleeping: 150,
  naps: 1,
};

const KiB = 1024;
const MiB = 1024 * KiB;
const second = 1000;
const minute = 60 * second;

/**
 * Every bound of the system, in one place. Bytes are bytes of UTF-8, times are milliseconds.
 * Each has a test at the bound and one past it.
 */
export const LIMITS = {
  /** Linear memory of one VM, code and stack included. A heap that wants more is the failure `memory_limit`. */
  vmMemoryBytes: 64 * MiB,
  /** CPU time of one step; a step that needs more is the failure `cpu_limit`. */
  stepCpuMs: 5 * second,
  /** Replayed steps get this many times `stepCpuMs`, so that a run that passed never fails in recovery. */
  replayCpuFactor: 10,
  /** Native stack of the VM. 128 KiB is catchable in the guest in all shapes when the VM lives in a worker thread. */
  vmStackBytes: 128 * KiB,
  /** Calls of one run that have not settled, timers included. One more rejects with `too_many_calls`. */
  unsettledCalls: 10_000,
  /** Runs nested by `tools.tasks.execute`, the outermost counted as 1. One deeper rejects with `nesting_limit`. */
  nestingDepth: 32,
  /** Log text kept of one run; what comes after is dropped, and a marker line says so. */
  logBytes: MiB,
  /** Error message and stack of one failure, together; longer ones are cut. */
  errorBytes: 64 * KiB,
  /** Name, code and plain data of a run's own error, as its parent reads them. Larger data are left out. */
  thrownBytes: 4 * KiB,
  /** Arguments of one call, as JSON. Larger ones reject with `argument_too_large`. */
  argumentBytes: 10 * MiB,
  /** Result of one call or of a run, as JSON. Larger ones reject or fail with `result_too_large`. */
  resultBytes: 10 * MiB,
  /** Input of a run, as JSON. */
  inputBytes: 10 * MiB,
  /** CPU time of checking an input against its schema. An input that needs more is refused, `invalid_input`. */
  inputCheckCpuMs: 5 * second,
  /** A published bundle with its source and source map. */
  bundleBytes: 10 * MiB,
  /** Time to inspect one file, and to build one task, when it is published. Past it that file has a problem, and no other. */
  publishFileMs: 30 * second,
  /** JSON of a task's input schema. A larger one is not published. */
  schemaBytes: 128 * KiB,
  /** Levels of a task's input schema. Types nested 300 deep overflow the validator's compilation. */
  schemaDepth: 100,
  /** Fields, item types, alternatives and enum values of a task's input schema. Validators of 2,000 fields overflow the stack. */
  schemaParts: 1000,
  /** A snapshot, compressed. A larger heap is the failure `snapshot_limit`. */
  snapshotBytes: 32 * MiB,
  /**
   * Snapshots of one run that no recovery needs any more, together; a reset in Temporal to a point before the newest one needs
   * them. Past either bound the oldest is released, and with it the way back to its point.
   */
  olderSnapshotBytes: 8 * MiB,
  olderSnapshots: 20,
  /** Nesting of arrays and objects in a value that crosses the VM's border. */
  jsonDepth: 200,

  /** A task's name. */
  taskNameBytes: 200,
  /** A tool's dotted name; Temporal refuses activity types longer than 1,000 characters. */
  toolNameBytes: 200,
  /** Names after `@tools`, and their bytes with the commas between them. */
  declaredTools: 100,
  declaredToolsBytes: 4 * KiB,
  /** A Temporal workflow id; longer child ids are hashed. Temporal refuses more than 1,000 characters. */
  workflowIdBytes: 200,
  /** Name and namespace of a secret, each. */
  secretNameBytes: 200,
  /** A secret's value. */
  secretBytes: 64 * KiB,
  /** Secrets that are shorter are not masked: they would be found everywhere. In UTF-16 units. */
  maskedCharacters: 4,
  /** Secrets that one run's VM has been told; of one that was told more, every log line and message is masked whole. */
  maskedBytes: 256 * KiB,
  /**
   * In how many writings one mask looks for its secrets: 4 to 12 for a token, as many for each string and line of a secret
   * that has several. Of a VM that was told more, the same. To make that many takes some 40 ms.
   */
  maskedForms: 10_000,

  /** Counters of what one call used up. */
  usageCounters: 20,
  /** A request to the codec endpoint: payloads as base64. Temporal sends no more than 4 MiB of them at once. */
  codecBodyBytes: 8 * MiB,
  /** Payloads of one request to the codec endpoint. */
  codecPayloads: 10_000,

  /** The one-line summary of an activity, timer or child in the Web UI. Temporal cuts at 400 bytes. */
  summaryBytes: 200,

  /** Values up to this size travel inside the history; larger ones as a claim check. */
  inlineBytes: 64 * KiB,
  /** The same for the result of a nested run: as many of them may end at once as calls are in flight. */
  nestedInlineBytes: 16 * KiB,
  /** Tools in flight that may each answer `inlineBytes`; those beyond get `inlineShareBytes` each: below 8 MiB in all. */
  inlineFew: 16,
  inlineShareBytes: 8 * KiB,
  /** One answer of `advance`. What does not fit stays in the VM and comes with the next answer. */
  answerBytes: MiB,
  /** Commands and markers of one workflow task; the rest waits for the next. The server refuses 4 MB. */
  workflowTaskBytes: MiB,
  /** CPU time of steps that follow each other without a pause in which arrivals, such as a cancellation, are admitted. */
  workflowTaskMs: second,
  /** Settlements fed to the VM in one step. With a journal they must fit the argument of a regular activity, 2 MiB. */
  settlementBytes: 512 * KiB,
  /** Issued calls that wait in the workflow to be dispatched; past it, what a step issues stays in the VM. */
  queueBytes: 128 * KiB,
  /** Activities and child workflows in flight. Temporal advises at most 500. */
  inflightCommands: 500,
  /**
   * The same on a server whose settings are not known: it fails a workflow task during which more than 100 events arrive
   * (`history.maximumBufferedEventsBatch`), two for each activity, and after that the history may never replay again.
   */
  inflightCommandsElsewhere: 45,

  /** Attempts of an internal activity as a local one, before it becomes a regular one that the Web UI shows. */
  localAttempts: 3,
  /** Attempts of an internal activity that fails with an error that nobody has classified; then the run fails as `internal`. */
  internalAttempts: 3,
  /** Steps in the journal since the last snapshot; with one more the next step takes a snapshot. */
  journalSteps: 200,
  /** Settlements in the journal since the last snapshot. Bounds what a recovery has to carry. */
  journalBytes: 512 * KiB,
  /** CPU time of the steps since the last snapshot. */
  journalCpuMs: second,
  /** Call records and log lines that wait in the workflow to be written down. */
  unrecordedBytes: 512 * KiB,
  unrecordedCalls: 500,
  /**
   * What is not written down goes along with a step that may end the run, if it is at most this large: with it the step's
   * activity closes the record, and without it the workflow does. A regular activity's argument is in the history.
   */
  endingBytes: 2 * KiB,

  /** Parents that one run tells of its end by signal. A run has one parent; more are asked for by whoever sends signals. */
  followers: 100,

  /**
   * Events in the history of a run of a cron schedule at which it continues as new, and the schedule ends. The server terminates at
   * 51,200 (limit.historyCount.error).
   */
  cronHistoryEvents: 40_000,

  /** `tools.sleep` and `setTimeout`: the longest wait, 10 years of 365 days. */
  sleepMs: 10 * 365 * 24 * 60 * minute,

  /** A tool's activity: one attempt. */
  toolStartToCloseMs: 60 * second,
  /** A tool's activity: all attempts; then the call rejects with class `tool`. */
  toolScheduleToCloseMs: 15 * minute,
  /**
   * Attempts at a call on the queue of a limited service. There no schedule-to-close time holds, because it would count the time in
   * the queue: failing at once, so many attempts with the waits between them take as long (14 minutes).
   */
  queuedAttempts: 20,
  /**
   * Time that must be left of an attempt when its activity goes on with the run's next step; half of it is for the step. With
   * less the result is returned alone.
   */
  fusedStepMs: 20 * second,
  /** How long a step that ends its run waits for the record to be written, and at most half of what is left of the attempt. */
  recordEndMs: 5 * second,
  /** A quick read as a local activity. One that takes longer is made again as a regular one. */
  quickReadMs: second,
  /** A tool's activity is lost when it has not been heard of for this long. */
  toolHeartbeatMs: 15 * second,
} as const;

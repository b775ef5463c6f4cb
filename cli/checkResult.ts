/** What one look of `tasker doctor` found. */
export interface CheckResult {
  readonly ok: boolean;
  /** One line for a person; more where there is something to do. */
  readonly detail: string;
}

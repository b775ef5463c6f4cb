import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";
import {
  CHILD_SETTLED_SIGNAL,
  FOLLOW_UP_SIGNAL,
  STATUS_QUERY,
  UNRECORDED_QUERY,
  WRITE_DOWN_UPDATE,
} from "../protocol/names.ts";
import type { RunProgress, UnrecordedProgress } from "../protocol/run.ts";
import type { ChildSettled, FollowUp } from "../protocol/signals.ts";

/** The queries, signals and updates that a run serves. */
export const status = defineQuery<RunProgress>(STATUS_QUERY);
export const unrecorded = defineQuery<UnrecordedProgress>(UNRECORDED_QUERY);
export const followUp = defineSignal<[FollowUp]>(FOLLOW_UP_SIGNAL);
export const childSettled = defineSignal<[...ChildSettled]>(CHILD_SETTLED_SIGNAL);
export const writeDown = defineUpdate(WRITE_DOWN_UPDATE);

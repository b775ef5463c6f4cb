import { CODES } from "../protocol/errors.ts";

/** Why a file or a task cannot be published. Stable, like every code. */
export const PROBLEM_CODES = {
  unreadable: "unreadable",
  /** A file or an import that leads out of the tasks folder and `node_modules`. */
  outsideFolder: "outside_folder",
  /** A pipe, a socket or a device. */
  notAFile: "not_a_file",
  invalidEncoding: "invalid_encoding",
  syntaxError: "syntax_error",
  topLevelAwait: "top_level_await",
  mixedModules: "mixed_module_syntax",
  noExport: CODES.noExport,
  invalidTaskName: "invalid_task_name",
  duplicateTask: "duplicate_task",
  unknownTask: CODES.unknownTask,
  invalidToolName: "invalid_tool_name",
  tooManyTools: "too_many_tools",
  invalidSchema: "invalid_schema",
  invalidDefault: "invalid_default",
  moduleNotFound: CODES.moduleNotFound,
  nodeModule: "node_module",
  unsupportedFile: "unsupported_file",
  ambiguousModule: "ambiguous_module",
  bundleError: "bundle_error",
  /** An assigned parameter of which the engine would keep two values. */
  parameterAssigned: "parameter_assigned",
  publishTimeout: "publish_timeout",
  /** The parser or the bundler ended over the file. */
  publishFailed: "publish_failed",
  /** Its top level throws, or the engine cannot compile it. */
  doesNotLoad: "does_not_load",
  bundleTooLarge: "bundle_too_large",
  // Warnings: the task is published.
  unknownTool: CODES.unknownTool,
  unknownTag: "unknown_tag",
  unknownType: "unknown_type",
  unclosedType: "unclosed_type",
} as const;

export type ProblemCode = (typeof PROBLEM_CODES)[keyof typeof PROBLEM_CODES];

/** Something that an author must change, and where. */
export interface Problem {
  readonly code: ProblemCode;
  /** Says what to change. */
  readonly message: string;
  /** Relative to the published folder; files of npm packages begin with `node_modules/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
}

/** A place in a source as the parser gives it: lines from 1, columns from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const START: Place = { line: 1, column: 0 };

export function problem(code: ProblemCode, message: string, file: string, place: Place = START): Problem {
  return { code, message, file, line: place.line, column: place.column + 1 };
}

/** By file, line, column: the same sources give the same list whatever was read first. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((each) => [JSON.stringify(each), each]));
  return [...seen.values()].sort(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code),
  );
}

/** By UTF-16 units: the same order whatever the machine's locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

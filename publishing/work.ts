import type { Millis } from "../protocol/step.ts";
import { buildTask } from "./buildTask.ts";
import type { BuildResult } from "./buildTask.ts";
import { inspectFile } from "./inspectFile.ts";
import type { FoundTask, Inspection } from "./inspectFile.ts";
import { listFiles } from "./listFiles.ts";
import type { FileList } from "./listFiles.ts";

/** The parts of publishing that read files of authors. Arguments and results are plain data. */
export interface Work {
  readonly list: (folder: string) => Promise<FileList>;
  readonly inspect: (folder: string, file: string) => Promise<Inspection>;
  readonly build: (found: FoundTask, publishedAt: Millis) => Promise<BuildResult>;
}

/** The work done in this process. Nothing bounds its time: `Builder` does the same in a process of its own. */
export const DIRECT_WORK: Work = { list: listFiles, inspect: inspectFile, build: buildTask };

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startWorkspace, type Workspace, type WorkspaceOptions } from "./workspace/workspace.ts";

export interface StandInsOptions {
  /** Folder for the keys that the stand-ins make; made if need be. */
  readonly folder: string;
  readonly workspace?: WorkspaceOptions;
}

/** Servers on loopback that take the place of the services which tools call. */
export interface StandIns {
  readonly workspace: Workspace;
  /** The variables that lead to them, for `readConfiguration`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Leaves no key and no open connection. */
  stop(): Promise<void>;
}

/** Starts all stand-ins. Their keys are made anew each time, and are worth nothing anywhere else. */
export async function startStandIns({ folder, workspace: options }: StandInsOptions): Promise<StandIns> {
  const workspace = await startWorkspace(options);
  const keyFile = path.join(folder, "google-key.json");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(keyFile, { force: true }); // one that is there would keep its mode
  writeFileSync(keyFile, JSON.stringify(workspace.credentials, undefined, 2), { mode: 0o600 });
  return {
    workspace,
    environment: {
      TASKER_GOOGLE_BASE_URL: workspace.url,
      TASKER_GOOGLE_SUBJECT: workspace.admin,
      TASKER_GOOGLE_KEY_FILE: keyFile,
    },
    stop: async () => {
      rmSync(keyFile, { force: true });
      await workspace.stop();
    },
  };
}

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startDuckDuckGo, type DuckDuckGo } from "./duckduckgo/duckduckgo.ts";
import { startOpenaiStandIn, type OpenaiStandIn } from "./openai/openai.ts";
import { startPostgrest, type Postgrest } from "./postgrest/postgrest.ts";
import { startWorkspace, type Workspace, type WorkspaceOptions } from "./workspace/workspace.ts";

export interface StandInsOptions {
  /** Folder for the keys that the stand-ins make; made if need be. */
  readonly folder: string;
  readonly workspace?: WorkspaceOptions;
}

/** Servers on loopback that take the place of the services which tools call. */
export interface StandIns {
  readonly workspace: Workspace;
  readonly openai: OpenaiStandIn;
  readonly duckDuckGo: DuckDuckGo;
  readonly postgrest: Postgrest;
  /** The variables that lead to them, for `readConfiguration`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Leaves no key and no open connection. */
  stop(): Promise<void>;
}

/** Starts all stand-ins. Their keys are made anew each time, and are worth nothing anywhere else. */
export async function startStandIns({ folder, workspace: options }: StandInsOptions): Promise<StandIns> {
  const started: { stop(): Promise<void> }[] = [];
  const keyFile = path.join(folder, "google-key.json");
  const running = <T extends { stop(): Promise<void> }>(standIn: T): T => {
    started.push(standIn);
    return standIn;
  };
  const stop = async (): Promise<void> => {
    rmSync(keyFile, { force: true });
    await Promise.all(started.map((standIn) => standIn.stop()));
  };
  try {
    const workspace = running(await startWorkspace(options));
    const openai = running(await startOpenaiStandIn());
    const duckDuckGo = running(await startDuckDuckGo());
    const postgrest = running(await startPostgrest());
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(keyFile, { force: true }); // one that is there would keep its mode
    writeFileSync(keyFile, JSON.stringify(workspace.credentials, undefined, 2), { mode: 0o600 });
    const environment = {
      TASKER_GOOGLE_BASE_URL: workspace.url,
      TASKER_GOOGLE_SUBJECT: workspace.admin,
      TASKER_GOOGLE_KEY_FILE: keyFile,
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: openai.key,
      TASKER_WEBSEARCH_URL: duckDuckGo.url,
      SUPABASE_URL: postgrest.url,
      SUPABASE_SERVICE_ROLE_KEY: postgrest.key,
    };
    return { workspace, openai, duckDuckGo, postgrest, environment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

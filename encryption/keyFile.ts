import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { keysInvalid } from "./errors.ts";
import { formatKey, newKey, parseKeys, type Key } from "./parseKeys.ts";

/** Only the owner may read and write. */
const MODE = 0o600;

/**
 * The keys in a file, one `ID:BASE64` a line, the first seals; empty lines and those that begin with # count for nothing.
 * Undefined when there is no such file.
 * @throws TaskerError `keys_invalid` for a file that others can open, and for what is no key
 */
export function readKeyFile(file: string): Key[] | undefined {
  const text = readPrivate(file);
  if (text === undefined) return undefined;
  const lines = text.split(/\r?\n/).map((line, index) => ({ text: line, place: `line ${index + 1}` }));
  return parseKeys(
    `The key file ${file}`,
    lines.filter(({ text: line }) => isKeyLine(line)),
  );
}

/** Makes the file with one new key, unless it is there meanwhile: of two processes that try, one's key stands for both. */
export function createKeyFile(file: string): void {
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeDurably(draft, `${HEADING}${formatKey(newKey())}\n`);
    linkSync(draft, file); // whole at once, and never over another
    keepNames(file);
  } catch (error) {
    if (!isError(error, "EEXIST")) throw failed(`The key file ${file} could not be made`, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Puts a new key first, so that it seals from now on; the others stay, to open what they sealed.
 * The new file is written beside the old one, whose place it takes, and is the lock as well.
 * @returns the new key's id
 */
export function addToKeyFile(file: string): string {
  const key = newKey();
  const target = realFile(file);
  const draft = `${target}.new`;
  let held = false;
  try {
    closeSync(openSync(draft, "wx", MODE));
    held = true;
    readKeyFile(target); // refuses to build on a file that is not in order
    const lines = readFileSync(target, "utf8").split(/\r?\n/);
    lines.splice(lines.findIndex(isKeyLine), 0, formatKey(key));
    writeDurably(draft, lines.join("\n"));
    renameSync(draft, target);
    keepNames(target);
    return key.id;
  } catch (error) {
    if (held) rmSync(draft, { force: true });
    if (held || !isError(error, "EEXIST")) throw failed(`No key could be added to ${file}`, error);
    throw keysInvalid(
      `${draft} is there: another rotation goes on, or one was cut short. If none goes on, delete that file and try again.`,
    );
  }
}

const HEADING = `# Keys of Tasker (docs/encryption.md). The first one seals, all of them open.\n# Without its key a sealed value is lost: keep a copy of this file in a safe place.\n`;

function isKeyLine(line: string): boolean {
  return line.trim() !== "" && !line.trimStart().startsWith("#");
}

function readPrivate(file: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const { mode } = fstatSync(descriptor);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(3, "0");
      throw keysInvalid(
        `The key file ${file} has mode ${octal}, so others than its owner can open it. Run: chmod 600 ${file}`,
      );
    }
    return readFileSync(descriptor, "utf8");
  } catch (error) {
    if (isError(error, "ENOENT")) return undefined;
    throw failed(`The key file ${file} could not be read`, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A link keeps pointing where it points: it is the file behind it that is replaced. */
function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    throw failed(`The key file ${file} could not be read`, error);
  }
}

function writeDurably(file: string, text: string): void {
  const descriptor = openSync(file, "w", MODE);
  try {
    fchmodSync(descriptor, MODE); // whatever the umask says
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Has the file's new name outlive a power cut, as what its key seals does. Windows opens no folders. */
function keepNames(file: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path.dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function failed(what: string, error: unknown): Error {
  if (error instanceof Error && error.name === "TaskerError") return error;
  return keysInvalid(`${what}: ${error instanceof Error ? error.message : String(error)}`, error);
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

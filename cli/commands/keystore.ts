import type { Rotation } from "../../keystore/rotate.ts";
import { CODES, TaskerError, taskError } from "../../protocol/errors.ts";
import type { SealedSecret, SecretAccess } from "../../protocol/store.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exitCodes.ts";
import { keystoreOf } from "../keystoreOf.ts";
import { parseKeystoreOptions, type KeystoreCommand } from "../keystoreOptions.ts";
import { operator } from "../operator.ts";
import type { Output } from "../output.ts";
import { readSecret } from "../readSecret.ts";
import { plain } from "../../protocol/plain.ts";
import { table } from "../render/table.ts";
import { withContext } from "../withContext.ts";

/** `tasker keystore`: needs the store and the keys only, so nothing is started for it. */
export const keystoreCommand: Command = {
  run(args, output) {
    const request = parseKeystoreOptions(args);
    return withContext(output, (context) => {
      switch (request.action) {
        case "set":
          return set(request, context, output);
        case "get":
          return get(request, context, output);
        case "delete":
          return remove(request, context, output);
        case "list":
          return list(request, context, output);
        case "rotate":
          return rotate(context, output);
        case "audit":
          return audit(request, context, output);
      }
    });
  },
};

type Asked<Action extends KeystoreCommand["action"]> = Extract<KeystoreCommand, { action: Action }>;

async function set({ namespace, name, source }: Asked<"set">, context: Context, output: Output): Promise<ExitCode> {
  if (source.from === "argument") {
    output.warn(
      "warning: the value stays in the shell's history, and other users can see it while the command runs; use a pipe instead.",
    );
  }
  const value = await readSecret(source, { stdin: process.stdin, ask: (question) => output.warn(question) });
  await (await keystoreOf(context, { make: true })).set(namespace, name, value, operator());
  if (output.json) output.answer({ namespace, name });
  else output.say(`Stored ${namespace}/${name}.`);
  return EXIT.ok;
}

async function get({ namespace, name }: Asked<"get">, context: Context, output: Output): Promise<ExitCode> {
  const value = await (await keystoreOf(context)).get(namespace, name, operator());
  if (value === undefined) throw missing(namespace, name);
  if (output.json) output.answer({ namespace, name, value });
  else output.value(value);
  return EXIT.ok;
}

async function remove({ namespace, name }: Asked<"delete">, context: Context, output: Output): Promise<ExitCode> {
  if (!(await (await keystoreOf(context)).delete(namespace, name, operator()))) throw missing(namespace, name);
  if (output.json) output.answer({ namespace, name });
  else output.say(`Deleted ${namespace}/${name}.`);
  return EXIT.ok;
}

async function list({ namespace }: Asked<"list">, context: Context, output: Output): Promise<ExitCode> {
  const secrets = await (await keystoreOf(context)).list(namespace, operator());
  const row = ({ name, updatedAt, createdAt, keyId }: Omit<SealedSecret, "sealed">): string[] => [
    name,
    iso(updatedAt),
    iso(createdAt),
    keyId,
  ];
  if (output.json) output.answer({ secrets: secrets.map(toJson) });
  else if (secrets.length === 0) output.say(`There is no secret in the namespace ${namespace}.`);
  else output.say(table(["name", "updated", "created", "key"], secrets.map(row)));
  return EXIT.ok;
}

async function rotate(context: Context, output: Output): Promise<ExitCode> {
  const [{ secrets }, keyring, { createCipher }, { rotateSecrets }] = await Promise.all([
    context.store(),
    context.keyring(),
    import("../../encryption/cipher.ts"),
    import("../../keystore/rotate.ts"),
  ]);
  const inFile = context.configuration.keys === undefined;
  const newKey = inFile ? keyring.rotate() : undefined;
  if (newKey !== undefined) output.say(`Added the key ${newKey} to ${keyring.source}; it seals from now on.`);
  const rotation = await rotateSecrets({ secrets, cipher: createCipher(keyring, "keystore") }, operator());
  if (output.json) output.answer({ newKey: newKey ?? null, ...rotation });
  else output.say(rotationText(rotation));
  for (const { namespace, name, why } of rotation.failed) output.warn(`${namespace}/${name}: ${plain(why)}`);
  if (inFile) output.say("Restart the workers: until then they seal with the key that they have. Keep the old keys.");
  else if (rotation.resealed === 0) output.say(NEW_KEY_ADVICE);
  return rotation.failed.length > 0 ? EXIT.failed : EXIT.ok;
}

const NEW_KEY_ADVICE = `To put a new key in use, make one and write it before the others, on every machine:
  export TASKER_KEYS="k$(date +%Y%m%d):$(openssl rand -base64 32),$TASKER_KEYS"
then restart the workers and run this again. Keep the old keys: histories and blobs may still need them.`;

function rotationText({ keyId, resealed, unchanged, failed }: Rotation): string {
  const faults = failed.length === 0 ? "" : `, ${failed.length} could not be`;
  return `Sealed with ${keyId}: ${resealed} again, ${unchanged} already${faults}.`;
}

async function audit(request: Asked<"audit">, context: Context, output: Output): Promise<ExitCode> {
  const { namespace, name, limit } = request;
  const filter = { limit, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
  const entries = await (await context.store()).secrets.auditTrail(filter);
  const row = (entry: SecretAccess): string[] => [
    iso(entry.at),
    entry.action,
    entry.outcome,
    plain(`${entry.namespace}/${entry.name}`),
    plain(entry.actor),
    plain(entry.taskRunId ?? ""),
  ];
  if (output.json) output.answer({ entries: entries.map((entry) => ({ ...entry, at: iso(entry.at) })) });
  else if (entries.length === 0) output.say("No access is recorded.");
  else output.say(table(["when", "what", "outcome", "secret", "who", "run"], entries.map(row)));
  return EXIT.ok;
}

function missing(namespace: string, name: string): TaskerError {
  const message = `There is no secret ${namespace}/${name}. \`tasker keystore list --namespace ${namespace}\` shows what there is.`;
  return new TaskerError(taskError(CODES.secretMissing, message));
}

function toJson({ createdAt, updatedAt, ...secret }: Omit<SealedSecret, "sealed">): unknown {
  return { ...secret, createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

import { readFile } from "node:fs/promises";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv/dist/2020.js";
import { jsonProblemText } from "../protocol/jsonProblem.ts";
import { invalidPolicy } from "./invalidPolicy.ts";
import { NO_POLICY, type KeystoreRule, type Policy, type ServiceLimits, type ToolRule } from "./policy.ts";
import schema from "./policy.schema.json" with { type: "json" };
import { schemaProblems } from "./schemaProblems.ts";

/** Problems named in one error; who mends these sees the others then. */
const PROBLEMS = 20;

/** A policy as its file holds it. */
interface PolicyFile {
  readonly rules?: readonly ToolRule[];
  readonly services?: Readonly<Record<string, ServiceLimits>>;
  readonly keystore?: readonly KeystoreRule[];
}

/**
 * Reads the operator's policy and checks it against policy.schema.json. Without a file everything is allowed.
 * @throws TaskerError `invalid_configuration` that names the file and, for each problem, the field, its value and what is accepted
 */
export async function readPolicy(file: string | undefined): Promise<Policy> {
  if (file === undefined) return NO_POLICY;
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw invalidPolicy(
      `TASKER_POLICY: the policy cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return parsePolicy(text, file);
}

/** The same for a text that was read already. `file` is what messages call it. */
export function parsePolicy(text: string, file: string): Policy {
  const value = checked(parse(text.replace(/^\uFEFF/, ""), file), file);
  return {
    file: path.basename(file),
    rules: value.rules ?? [],
    services: new Map(Object.entries(value.services ?? {})),
    keystore: value.keystore ?? [],
  };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === "")
      throw invalidPolicy(`The policy ${file} is empty. Write {} for one that allows everything.`);
    throw invalidPolicy(`The policy ${file} is not JSON ${jsonProblemText(text) ?? String(error)}`);
  }
}

/** Compiled at the first use: that takes 30 ms. */
let validator: ValidateFunction<PolicyFile> | undefined;

function checked(value: unknown, file: string): PolicyFile {
  // `ownProperties`: a field named "constructor" is not there because Object.prototype has it.
  validator ??= new Ajv2020({ allErrors: true, verbose: true, ownProperties: true }).compile<PolicyFile>(schema);
  const validate = validator;
  if (validate(value)) return value;
  const problems = schemaProblems(validate.errors ?? []);
  const more = problems.length > PROBLEMS ? [`… and ${problems.length - PROBLEMS} more.`] : [];
  const lines = [...problems.slice(0, PROBLEMS), ...more].map((line) => `  ${line}`);
  throw invalidPolicy(`The policy ${file} is not acceptable:\n${lines.join("\n")}`);
}

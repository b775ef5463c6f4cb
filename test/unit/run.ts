import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { ROOT, unitTests } from "./unitTests.ts";

/**
 * `npm run test:unit`: the tests that need no server, and its run time. There is no Temporal executable for them: a test that
 * starts a server fails with this name in its message.
 */
const NO_SERVER = "/unit-tests-start-no-server";

const startedAt = performance.now();
const files = unitTests();
const arguments_ = ["--test", `--test-concurrency=${availableParallelism()}`, ...process.argv.slice(2), ...files];
const env = { ...process.env, TASKER_TEMPORAL_CLI: NO_SERVER };
const { status } = spawnSync(process.execPath, arguments_, { cwd: ROOT, env, stdio: "inherit" });
console.log(`${files.length} test files in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
process.exitCode = status ?? 1;

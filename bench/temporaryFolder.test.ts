import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../test/support/eventually.ts";
import { makeTemporaryFolder } from "./temporaryFolder.ts";

const HOLDER = `
  const { makeTemporaryFolder } = await import(${JSON.stringify(new URL("./temporaryFolder.ts", import.meta.url).href)});
  console.log((await makeTemporaryFolder("tasker-bench-test-")).path);
  setInterval(() => undefined, 1_000);`;

describe("a temporary folder of the bench", () => {
  it("is gone with its content when it was removed", async () => {
    const folder = await makeTemporaryFolder("tasker-bench-test-");
    await writeFile(path.join(folder.path, "file"), "text");
    await folder.remove();
    assert.equal(existsSync(folder.path), false);
  });

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    it(`is gone after ${signal}`, async () => {
      const holder = spawn(process.execPath, ["--input-type=module", "--eval", HOLDER], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(holder, "exit");
      const [line] = (await once(holder.stdout, "data")) as [Buffer];
      const folder = line.toString().trim();
      assert.equal(existsSync(folder), true);
      holder.kill(signal);
      await ended;
      await eventually(() => Promise.resolve(!existsSync(folder)));
    });
  }
});

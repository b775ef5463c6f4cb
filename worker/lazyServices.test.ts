import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Packages that a service needs for its calls alone; each takes 50 to 200 ms to load. */
const LIBRARIES = [
  "openai",
  "@supabase/supabase-js",
  "googleapis",
  "googleapis-common",
  "google-auth-library",
  "gaxios",
];

/** Runs code in a process of its own. The result is the libraries that it loaded. */
async function loadedBy(code: string): Promise<string[]> {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { createServices } = await import("./worker/services.ts");
    const { readConfiguration } = await import("./configuration.ts");
    const credentials = { get: () => Promise.resolve("some-key"), forget: () => undefined };
    const configuration = { ...readConfiguration({}), openaiBaseUrl: "http://127.0.0.1:9/v1", supabaseUrl: "http://127.0.0.1:9" };
    const services = createServices({ compute: {}, configuration, keystore: {}, credentials });
    const method = (path) => services.find(({ name }) => name === path.split(".")[0]).method(path.split(".").slice(1));
    ${code}
    process.stdout.write(JSON.stringify(loaded));
    process.exit(0);`;
  const options = { cwd: root, env: { PATH: process.env["PATH"] } };
  const args = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { ...options, maxBuffer: 2 ** 26 });
  const urls = JSON.parse(stdout) as string[];
  return LIBRARIES.filter((name) =>
    urls.some((url) => url.includes(`/node_modules/${name}/`) && !url.endsWith(".json")),
  );
}

test("a worker loads no client library on its main thread: not to start, nor to say what a call is", async () => {
  assert.deepEqual(
    await loadedBy(`
      const { rawFacts } = await import("./activities/tools/methodFacts.ts");
      for (const [path, args, links = []] of [
        ["openai.chat.completions.create", [{ model: "m" }]],
        ["supabase.from", ["notes"], [{ name: "select", args: ["*"] }]],
        ["gapi.gmail.users.messages.list", [{ userId: "me" }]],
        ["gapi.drive.files.delete", [{ fileId: "1" }]],
        ["http.fetch", ["https://example.com/"]],
      ]) if (rawFacts(method(path), args, links).summary === "") throw new Error(path);
      for (const { close } of services) await close?.();`),
    [],
  );
});

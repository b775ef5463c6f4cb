import assert from "node:assert/strict";
import { test } from "node:test";
import { createRegistry } from "../activities/tools/registry.ts";
import { readConfiguration } from "../configuration.ts";
import { SERVICE_NAMES } from "./serviceNames.ts";
import { createComputeThreads } from "../activities/compute/computeThreads.ts";
import { createServices } from "./services.ts";

test("the names of the services are those of the services", async () => {
  const unused = () => Promise.reject(new Error("no service uses anything before its first call"));
  const keystore = { get: unused, set: unused, delete: unused, list: unused, refused: unused };
  const credentials = { get: unused, forget: () => undefined };
  const services = createServices({
    compute: createComputeThreads(),
    configuration: readConfiguration({}),
    keystore,
    credentials,
  });
  assert.deepEqual(
    services.map(({ name }) => name),
    SERVICE_NAMES,
  );
  await createRegistry(services).close();
});

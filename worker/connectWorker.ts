import { NativeConnection } from "@temporalio/worker";
import { reaching } from "../client/connect.ts";
import { asking } from "../client/errors.ts";
import { connectionOptions, type Configuration } from "../configuration.ts";

/**
 * A worker's connection to the server of the configuration, which has the namespace.
 * @throws temporal_unreachable, temporal_refused, namespace_not_found
 */
export async function connectWorker(configuration: Configuration): Promise<NativeConnection> {
  const options = connectionOptions(configuration);
  const { temporalNamespace: namespace } = configuration;
  const connection = await reaching(options, () => NativeConnection.connect(options));
  try {
    await asking(`read namespace "${namespace}"`, () => connection.workflowService.describeNamespace({ namespace }));
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

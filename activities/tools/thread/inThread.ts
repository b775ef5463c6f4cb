import { mapFault } from "../mappedFault.ts";
import type { Method, Service } from "../service.ts";
import type { ServiceThread } from "./serviceThread.ts";

/** The service with its calls made in the thread. Its methods' other facts are asked here, for arguments of a moderate size. */
export function inThread(service: Service, thread: ServiceThread): Service {
  const { name } = service;
  return {
    ...service,
    method: (path) => withoutCall(service.method(path)),
    texts: {
      call: (path, args, context) => thread.call({ service: name, path, args }, context),
      facts: (path, args) => thread.facts({ service: name, path, args }),
    },
    mapError: mapFault,
    async close() {
      await Promise.all([service.close?.(), thread.close()]);
    },
  };
}

function withoutCall(method: Method | undefined): Method | undefined {
  return method && { ...method, call: () => Promise.reject(new Error("This service's calls are made in its thread.")) };
}

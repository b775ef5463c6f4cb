import { Session, type NodeWorker } from "node:inspector";

/**
 * Ends what a worker thread executes at the moment, through V8's inspector: the thread itself and all else that it holds
 * go on. JavaScript cannot catch it, no `finally` runs, and the message whose handler it was gets no answer.
 * Costs nothing before it is called. Rejects when this process cannot be inspected.
 *
 * @param name the thread's name, the only one of its kind in this process
 */
export async function interruptThread(name: string): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await new Promise<void>((resolve, reject) => {
      const orReject = (error: Error | null): void => {
        if (error !== null) reject(error);
      };
      session.on("NodeWorker.attachedToWorker", ({ params }: { params: NodeWorker.AttachedToWorkerEventDataType }) => {
        if (!params.workerInfo.title.endsWith(` ${name}`)) return;
        const message = JSON.stringify({ id: 1, method: "Runtime.terminateExecution" });
        session.post("NodeWorker.sendMessageToWorker", { sessionId: params.sessionId, message }, orReject);
      });
      session.on("NodeWorker.receivedMessageFromWorker", () => resolve());
      session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, orReject);
    });
  } finally {
    session.disconnect();
  }
}

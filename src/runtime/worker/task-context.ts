import type { Task } from "../../contract/task.ts";
import type { Logger } from "../log/logger.ts";
import { model, type Model } from "../model/model.ts";
import type { UsageCounter } from "../model/usage.ts";
import type { Teller } from "../outbox/teller.ts";
import type { AttemptRef } from "../store/index.ts";
import type { WorkerContext } from "./context.ts";
import { readDocument } from "./document.ts";
import { PermanentError } from "./errors.ts";
import type { WorkerParts } from "./parts.ts";

const MAX_PROGRESS_BYTES = 64 * 1024;
const MAX_PROGRESS_MESSAGE = 1_000;

export interface ContextParts {
  parts: WorkerParts;
  task: Task;
  ref: AttemptRef;
  isReplay: boolean;
  signal: AbortSignal;
  remaining(): number;
  teller: Teller;
  usage: UsageCounter;
  log: Logger;
  /** The attempt has lost its task to another or to a cancel. */
  onLost(status: string): void;
}

/** @returns the context of one attempt, and how to close it: pending writes are awaited and later calls do nothing. */
export function createTaskContext({
  parts,
  task,
  ref,
  isReplay,
  signal,
  remaining,
  teller,
  usage,
  log,
  onLost,
}: ContextParts) {
  const { settings, store } = parts;
  let open = true;
  let bound: Model | undefined;
  /** Progress is written in the order of its calls. */
  let writing: Promise<void> = Promise.resolve();

  async function writeProgress(step: Parameters<typeof store.progress>[1]): Promise<void> {
    try {
      const write = await store.progress(ref, step);
      if (write.outcome === "written") teller.tell(write.events);
      else onLost(write.record?.status ?? "missing");
    } catch (error) {
      log.warn("A progress event could not be written.", { error });
    }
  }

  const context: WorkerContext = {
    taskId: ref.taskId,
    attempt: ref.attempt,
    maxAttempts: settings.maxAttempts,
    generation: ref.generation,
    isReplay,
    signal,
    logger: log,
    remainingTime: remaining,
    progress(message, details = {}) {
      if (details.data !== undefined && Buffer.byteLength(JSON.stringify(details.data)) > MAX_PROGRESS_BYTES) {
        throw new PermanentError("The data of a progress event is over 64 KB: put it into the bucket and name it.", {
          code: "PROGRESS_TOO_LARGE",
        });
      }
      if (!open) return Promise.resolve();
      return (writing = writing.then(() =>
        writeProgress({ message: message.slice(0, MAX_PROGRESS_MESSAGE), ...details }),
      ));
    },
    token(delta) {
      if (open && delta !== "") teller.token(delta);
    },
    async stream(deltas) {
      let text = "";
      for await (const delta of deltas) {
        signal.throwIfAborted();
        text += delta;
        context.token(delta);
      }
      return text;
    },
    usage: (used) => {
      if (open) usage.add(used);
    },
    offline: () => usage.markOffline(),
    get model() {
      // At first use: by then the stage's secrets are in the environment.
      return (bound ??= model({ signal, onUsage: context.usage }));
    },
    document: () => readDocument(task, { objects: parts.objects, allowedBuckets: settings.allowedBuckets, signal }),
  };

  return {
    context,
    async close(): Promise<void> {
      open = false;
      await writing;
    },
  };
}

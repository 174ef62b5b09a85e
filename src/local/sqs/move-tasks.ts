import { randomUUID } from "node:crypto";
import { invalidParameter, resourceNotFound } from "./errors.ts";
import { isObject } from "./input.ts";
import { MAX_LISTED_TASKS } from "./limits.ts";
import { MoveTask, type MoveTaskHost, type MoveTaskState } from "./move-task.ts";
import type { Queue } from "./queue.ts";

/** The move tasks of an engine: at most one runs for a source, the last ten of each are remembered. */
export class MoveTasks {
  readonly #host: MoveTaskHost;
  /** By the source's ARN, latest first. */
  readonly #bySource = new Map<string, MoveTask[]>();

  constructor(host: MoveTaskHost) {
    this.#host = host;
  }

  /** @throws InvalidParameterValueException when a task of the source runs already. */
  start(source: Queue, destination: Queue | undefined, rate: number | undefined, now: number): MoveTask {
    if (this.list(source.arn).some(({ state }) => state.status === "RUNNING")) {
      throw invalidParameter(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    const task = this.#add(
      {
        id: randomUUID(),
        sourceArn: source.arn,
        destinationArn: destination?.arn,
        rate,
        status: "RUNNING",
        moved: 0,
        toMove: source.visible,
        startedAt: now,
      },
      now,
    );
    task.start(now);
    return task;
  }

  /** Takes tasks from the store, oldest first, and goes on with those that ran. */
  restore(states: MoveTaskState[], now: number): void {
    for (const state of states) {
      const task = this.#add(state, now);
      if (state.status === "RUNNING") task.start(now);
    }
  }

  list(sourceArn: string): readonly MoveTask[] {
    return this.#bySource.get(sourceArn) ?? [];
  }

  /** @throws InvalidParameterValueException, ResourceNotFoundException */
  cancel(handle: string): MoveTask {
    const { taskId, sourceArn } = decodeTaskHandle(handle);
    if (!this.#host.queueByArn(sourceArn)) {
      throw resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
    }
    const task = this.list(sourceArn).find(({ state }) => state.id === taskId);
    if (!task) throw resourceNotFound("Task does not exist.");
    if (task.state.status !== "RUNNING") throw invalidParameter("Only active tasks can be cancelled.");
    task.cancel();
    return task;
  }

  #add(state: MoveTaskState, now: number): MoveTask {
    const task = new MoveTask(this.#host, state, now);
    this.#bySource.set(state.sourceArn, [task, ...this.list(state.sourceArn)].slice(0, MAX_LISTED_TASKS));
    return task;
  }
}

export function encodeTaskHandle({ id, sourceArn }: MoveTaskState): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString("base64");
}

function decodeTaskHandle(handle: string): { taskId: string; sourceArn: string } {
  try {
    const value: unknown = JSON.parse(Buffer.from(handle, "base64").toString("utf8"));
    if (isObject(value)) {
      const { taskId, sourceArn } = value;
      if (typeof taskId === "string" && typeof sourceArn === "string") return { taskId, sourceArn };
    }
  } catch {
    // Not a handle of ours: falls through to the one error for both.
  }
  throw invalidParameter("Value for parameter TaskHandle is invalid.");
}

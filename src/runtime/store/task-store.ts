import type { NewTaskEvent, ReplayedEvent, TaskError, TaskEvent } from "../../contract/event.ts";
import type { DeadMessage } from "../../contract/dead-message.ts";
import type { TaskRecord, WebhookState } from "../../contract/record.ts";
import type { Settings } from "../../contract/settings.ts";
import { eventKey, textKey } from "../../contract/table.ts";
import type { Json, Task } from "../../contract/task.ts";
import { ConflictError } from "../aws/dynamo.ts";
import { decideBurial } from "./bury.ts";
import { decideClaim, died, type ClaimDecision, type ClaimRequest } from "./claim.ts";
import { listTasks } from "./list.ts";
import { isSameTask } from "./same-task.ts";
import { isTerminalStatus, publicRecord, toEvent, type AttemptRef, type StoredRecord } from "./stored.ts";
import type { AcceptOutcome, AttemptWrite, CancelOutcome, Completion, Failure, TextSnapshot } from "./outcomes.ts";
import { advance, endAttempt, newRecord, type Changes, type Transition } from "./transition.ts";
import { withResult } from "./with-result.ts";
import { createWriter, type WriterParts } from "./writer.ts";

/** Webhook tries in all, whoever makes them. */
export const MAX_WEBHOOK_TRIES = 3;

export type TaskStore = ReturnType<typeof createTaskStore>;

/** Records and events of tasks. Every change of state is one transaction; reads are strongly consistent, lists are not. */
export function createTaskStore(
  parts: Omit<WriterParts, "settings"> & {
    settings: Pick<Settings, "tasksTable" | "ttlDays" | "maxAttempts" | "timeScale">;
  },
) {
  const { dynamo, settings, clock } = parts;
  const table = settings.tasksTable;
  const { read, mutate, ttl } = createWriter(parts);
  /** Records as the attempts of this process last wrote them. */
  const known = new Map<string, StoredRecord>();
  const now = () => new Date(clock.now()).toISOString();

  /** Takes a task in. The same id with the same content is the same task; with another content or owner it is a conflict. */
  function accept(task: Task): Promise<AcceptOutcome> {
    return mutate<AcceptOutcome>(task.taskId, (record) => {
      if (record) {
        const outcome = isSameTask(record.task, task) ? "duplicate" : "conflict";
        return { value: { outcome, record: publicRecord(record), events: [] } };
      }
      const at = now();
      const transition = advance(newRecord(task, at), at, {
        events: [{ type: "accepted", generation: 1, attempt: 0 }],
      });
      return {
        value: { outcome: "accepted", record: publicRecord(transition.record), events: transition.events },
        transition,
      };
    });
  }

  /** Says that the message is in the queue: a repeat of the submit need not send it again. */
  function markQueued(taskId: string): Promise<void> {
    return change(taskId, (record) => (record.queuedAt ? undefined : { set: { queuedAt: now() } }));
  }

  /** Says that whoever sends the message again means a new generation of this kind, also of a task that completed. */
  function markReplay(taskId: string, kind: ReplayedEvent["kind"]): Promise<void> {
    return change(taskId, () => ({ set: { replayKind: kind } }));
  }

  /** Decides what becomes of a received message and, if it is to run, takes the lease. */
  async function claim(request: ClaimRequest): Promise<ClaimDecision> {
    const decision = await mutate(request.task.taskId, (record) => {
      const value = decideClaim(record, request, clock.now(), settings);
      return "transition" in value && value.transition ? { value, transition: value.transition } : { value };
    });
    if (decision.outcome === "run") known.set(request.task.taskId, decision.transition.record);
    return decision;
  }

  function progress(ref: AttemptRef, step: { message: string; percent?: number; data?: Json }): Promise<AttemptWrite> {
    const event: NewTaskEvent = { type: "progress", generation: ref.generation, attempt: ref.attempt, ...step };
    return attemptWrite(ref, () => ({ events: [event] }));
  }

  /** Ends a task well. The lease stays until `settle`: telling is part of the work. */
  function complete(ref: AttemptRef, done: Completion): Promise<AttemptWrite> {
    const { result, resultRef, durationMs, usage, costUsd, offline } = done;
    const facts = { usage, ...(costUsd === undefined ? {} : { costUsd }), ...(offline ? { offline } : {}) };
    const { generation, attempt } = ref;
    const event: NewTaskEvent = {
      type: "completed",
      generation,
      attempt,
      durationMs,
      ...facts,
      resultRef: resultRef ?? "record",
    };
    return attemptWrite(ref, (record, at) => ({
      set: {
        status: "completed",
        ...facts,
        ...(resultRef === undefined ? { result: result ?? null } : { resultRef }),
        attempts: endAttempt(record, at, { outcome: "completed" }),
      },
      drop: ["error"],
      events: [event],
    }));
  }

  /** Ends an attempt badly; without `retryAt` also the task, in the same transaction. */
  function fail(ref: AttemptRef, failure: Failure): Promise<AttemptWrite> {
    const { error, durationMs, usage, retryAt } = failure;
    const { generation, attempt } = ref;
    const failed: NewTaskEvent = {
      type: "failed",
      generation,
      attempt,
      error,
      durationMs,
      final: !retryAt,
      ...(retryAt ? { retryAt } : {}),
    };
    const reason = error.permanent ? ("permanent" as const) : ("attempts-exhausted" as const);
    const dead: NewTaskEvent = { type: "deadlettered", generation, attempt, reason, error };
    return attemptWrite(ref, (record, at) => ({
      set: {
        status: retryAt ? "retrying" : "deadlettered",
        error,
        usage,
        ...(retryAt ? { retryAt } : {}),
        attempts: endAttempt(record, at, { outcome: "failed", error }),
      },
      // A retry may come early, from another delivery; the end keeps its lease until it is told.
      ...(retryAt ? { drop: ["lease" as const] } : {}),
      events: retryAt ? [failed] : [failed, dead],
    }));
  }

  /**
   * Dead-letters a task from outside any attempt, if `still` holds for the record as it is at that moment.
   * @param cause why its last attempt died, where somebody knows.
   * @returns what was written, or undefined.
   */
  function deadletter(
    taskId: string,
    still: (record: StoredRecord) => boolean,
    cause?: TaskError,
  ): Promise<Transition | undefined> {
    return mutate<Transition | undefined>(taskId, (record) => {
      if (!record || isTerminalStatus(record.status) || !still(record)) return { value: undefined };
      const transition = advance(record, now(), died(record, now(), cause));
      return { value: transition, transition };
    });
  }

  /** Dead-letters a task whose message lies in the dead-letter queue. @returns what was written, if that was news. */
  function bury(message: DeadMessage, cause?: TaskError): Promise<Transition | undefined> {
    return mutate<Transition | undefined>(message.taskId, (record) => {
      const transition = record && decideBurial(record, message, clock.now(), cause);
      return transition ? { value: transition, transition } : { value: undefined };
    });
  }

  /** Cancels a task that has not ended; a running attempt loses it and finds out by itself. */
  function cancel(taskId: string, by: string): Promise<CancelOutcome> {
    return mutate<CancelOutcome>(taskId, (record) => {
      if (!record) return { value: { outcome: "missing" } };
      if (isTerminalStatus(record.status))
        return { value: { outcome: "ended", record: publicRecord(record), events: [] } };
      const at = now();
      const { generation, attempt, fence } = record;
      const transition = advance(record, at, {
        set: { status: "cancelled", fence: fence + 1, attempts: endAttempt(record, at, { outcome: "cancelled" }) },
        drop: ["retryAt"],
        events: [{ type: "cancelled", generation, attempt, by }],
      });
      return {
        value: { outcome: "cancelled", record: publicRecord(transition.record), events: transition.events },
        transition,
      };
    });
  }

  /** Counts a try of the webhook before it is made. @returns which try it is, or undefined when none is left to make. */
  function beginWebhookTry(taskId: string, id: string): Promise<number | undefined> {
    return mutate<number | undefined>(taskId, (record) => {
      const webhook = record?.webhook;
      if (!record || webhook?.id !== id || webhook.status !== "pending" || webhook.tries >= MAX_WEBHOOK_TRIES)
        return { value: undefined };
      const tries = webhook.tries + 1;
      return { value: tries, transition: advance(record, now(), { set: { webhook: { ...webhook, tries } } }) };
    });
  }

  /** Marks who was told; the end of a task's work gives the lease back. */
  function settle(taskId: string, told: { seq?: number; webhook?: WebhookState; release?: boolean }): Promise<void> {
    return change(taskId, (record) => {
      const webhook = told.webhook && record.webhook?.id === told.webhook.id ? { webhook: told.webhook } : {};
      const toldSeq = Math.max(record.toldSeq, told.seq ?? 0);
      return { set: { toldSeq, ...webhook }, drop: told.release && isTerminalStatus(record.status) ? ["lease"] : [] };
    });
  }

  async function get(taskId: string): Promise<TaskRecord | undefined> {
    const record = await read(taskId);
    return record && publicRecord(record);
  }

  /** Durable events with `seq > after`, in order; a completed one carries the record's result when it is small enough. */
  async function events(taskId: string, after = 0): Promise<TaskEvent[]> {
    const found: TaskEvent[] = [];
    const range = {
      table,
      pk: eventKey(taskId, 0).pk,
      ...(after > 0 ? { after: eventKey(taskId, after).sk } : { prefix: "event#" }),
    };
    for await (const item of dynamo.query(range)) {
      if (String(item["sk"]).startsWith("event#")) found.push(toEvent(item));
    }
    const last = found.findLast((event) => event.type === "completed" && event.resultRef === "record");
    const record = last && (await read(taskId));
    return record ? found.map((event) => withResult(event, record)) : found;
  }

  async function text(taskId: string): Promise<TextSnapshot | undefined> {
    const item = await dynamo.get(table, textKey(taskId));
    const { generation, attempt, text: written } = item ?? {};
    return typeof generation === "number" && typeof attempt === "number" && typeof written === "string"
      ? { generation, attempt, text: written }
      : undefined;
  }

  /** Keeps the text streamed so far; an older attempt's never replaces a newer one's. */
  async function putText(taskId: string, snapshot: TextSnapshot): Promise<void> {
    const { generation, attempt } = snapshot;
    try {
      await dynamo.put(
        table,
        { ...textKey(taskId), ...snapshot, ttl: ttl() },
        {
          expression: "attribute_not_exists(pk) OR #g < :g OR (#g = :g AND #a <= :a)",
          names: { "#g": "generation", "#a": "attempt" },
          values: { ":g": generation, ":a": attempt },
        },
      );
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }

  /** Removes a task with all its items; not its objects in the bucket. */
  async function remove(taskId: string): Promise<void> {
    const keys: { pk: string; sk: string }[] = [];
    const { pk } = textKey(taskId);
    for await (const item of dynamo.query({ table, pk, only: ["sk"] })) keys.push({ pk, sk: String(item["sk"]) });
    await dynamo.removeAll(table, keys);
  }

  function change(taskId: string, changes: (record: StoredRecord) => Changes | undefined): Promise<void> {
    return mutate<void>(taskId, (record) => {
      const wanted = record && changes(record);
      return record && wanted ? { value: undefined, transition: advance(record, now(), wanted) } : { value: undefined };
    });
  }

  async function attemptWrite(
    ref: AttemptRef,
    changes: (record: StoredRecord, at: string) => Changes,
  ): Promise<AttemptWrite> {
    const value = await mutate<AttemptWrite>(
      ref.taskId,
      (record) => {
        if (!record || record.fence !== ref.fence || record.status !== "running")
          return { value: { outcome: "lost", record } };
        const at = now();
        const transition = advance(record, at, changes(record, at));
        return { value: { outcome: "written", ...transition }, transition };
      },
      known.get(ref.taskId),
    );
    if (value.outcome === "written" && value.record.status === "running") known.set(ref.taskId, value.record);
    else known.delete(ref.taskId);
    return value;
  }

  const list = (request: Parameters<typeof listTasks>[1]) => listTasks(parts, request);
  /** The record with its lease and marks. */
  const inspect = read;
  return {
    accept,
    markQueued,
    markReplay,
    claim,
    progress,
    complete,
    fail,
    deadletter,
    bury,
    cancel,
    beginWebhookTry,
    settle,
    get,
    inspect,
    events,
    text,
    putText,
    list,
    remove,
  };
}

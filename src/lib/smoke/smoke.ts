import { CANARY_PREFIX } from "../../contract/canary.ts";
import { counted } from "../../contract/counted.ts";
import { randomUUID } from "node:crypto";
import { access, constants, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AbortError, messageOf } from "../../contract/errors.ts";
import { TERMINAL_STATUSES } from "../../contract/event.ts";
import { EXIT } from "../../contract/exit.ts";
import type { SmokeEvent, SmokeHop, SmokeSummary } from "../../contract/operations/smoke.ts";
import type { FollowEvent, StageClient } from "../../contract/ports.ts";
import type { TaskRecord } from "../../contract/record.ts";
import type { Json } from "../../contract/task.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { enterStage, type StageChoice } from "../stage.ts";
import { checkDocument, uploadDocument } from "../submit/document.ts";
import { type Finding, HOP_LIMITS, type HopRun, runHop } from "./hops.ts";
import { junitReport } from "./junit.ts";
import { takeLetter } from "./letter.ts";

export interface SmokeInput {
  choice: StageChoice;
  prompt: string;
  input?: Json;
  document?: string;
  /** Dollars; the run fails when the canary cost more, or nobody can tell. */
  maxCostUsd?: number;
  limits: Partial<Record<SmokeHop, number>>;
  /** Path of a JUnit report to write. */
  junit?: string;
}

/** Sends a canary through the whole path and tells, hop by hop, what it saw. */
export async function* smoke(input: SmokeInput, place: Workplace): AsyncGenerator<SmokeEvent> {
  const { clock, signal } = place;
  if (input.document !== undefined) await checkDocument(input.document, place.cwd);
  const report = input.junit === undefined ? undefined : resolve(place.cwd, input.junit);
  if (report) await checkFolder(report);
  const began = clock.now();
  const stage = yield* enterStage(input.choice, place, { startLocal: true, show: true });
  const canary = createCanary(stage.client, input, place);
  const run: HopRun = { clock, signal, broken: stage.broken, limits: { ...HOP_LIMITS, ...input.limits }, ended: [] };
  try {
    yield* runHop(run, "accepted", canary.accept);
    yield* runHop(run, "queued", canary.queued);
    yield* runHop(run, "worked", canary.worked);
    yield* runHop(run, "stored", canary.stored);
    yield* runHop(run, "told", canary.told);
    yield* runHop(run, "cleaned", canary.clean, true);
    const passed = run.ended.every(({ state }) => state === "passed");
    if (report) {
      const { app, stage: name } = stage.client.ref;
      const text = junitReport({ app, stage: name, startedAt: new Date(began).toISOString(), hops: run.ended });
      await writeReport(report, text);
    }
    const record = canary.record();
    const summary: SmokeSummary = {
      type: "summary",
      operation: "smoke",
      exitCode: signal.aborted ? interruptedExit(signal) : passed ? EXIT.completed : EXIT.error,
      taskId: canary.taskId,
      passed,
      hops: run.ended,
      elapsedMs: clock.now() - began,
      ...(record?.costUsd === undefined ? {} : { costUsd: record.costUsd }),
      ...(input.maxCostUsd === undefined ? {} : { maxCostUsd: input.maxCostUsd }),
      ...(record?.offline ? { offline: true } : {}),
      ...(input.junit ? { junit: input.junit } : {}),
    };
    yield summary;
  } finally {
    canary.leave();
    await stage.close();
  }
}

/** One canary and what each hop looks at. */
function createCanary(client: StageClient, input: SmokeInput, place: Workplace) {
  const { clock } = place;
  const taskId = `${CANARY_PREFIX}${randomUUID()}`;
  const leaving = new AbortController();
  const told: { event: FollowEvent; at: number }[] = [];
  let polled: string | undefined;
  let record: TaskRecord | undefined;
  let document: string | undefined;
  let sent = false;

  const follow = async () => {
    try {
      for await (const event of client.follower.follow(taskId, { signal: leaving.signal })) {
        if (event.type === "connection" && event.state === "polling") polled = event.reason ?? "no socket could be had";
        told.push({ event, at: clock.now() });
      }
    } catch (error) {
      if (!leaving.signal.aborted) polled = messageOf(error);
    }
  };
  const until = async (signal: AbortSignal, found: (record: TaskRecord) => boolean): Promise<TaskRecord> => {
    for (let pause = 25; ; pause = Math.min(1000, pause * 1.5)) {
      record = (await client.reader.get(taskId)) ?? record;
      if (record && found(record)) return record;
      await clock.sleep(pause, signal);
    }
  };

  return {
    taskId,
    record: () => record,
    leave: () => leaving.abort(),
    async accept(signal: AbortSignal): Promise<Finding> {
      if (input.document !== undefined)
        document = (await uploadDocument(input.document, place.cwd, client.documents, clock)).reference;
      const began = clock.now();
      sent = true;
      await client.intake.accept(
        {
          taskId,
          prompt: input.prompt,
          metadata: { canary: true },
          ...(input.input === undefined ? {} : { input: input.input }),
          ...(document === undefined ? {} : { documentReference: document }),
        },
        { signal },
      );
      void follow();
      return { detail: "202 from POST /tasks", ms: clock.now() - began };
    },
    async queued(signal: AbortSignal): Promise<Finding> {
      const { acceptedAt, queuedAt = acceptedAt } = await until(signal, (found) => found.queuedAt !== undefined);
      return { detail: "in the queue", ms: Math.max(0, Date.parse(queuedAt) - Date.parse(acceptedAt)) };
    },
    async worked(signal: AbortSignal): Promise<Finding> {
      const { paused } = client.mark;
      // Nothing will come of waiting.
      if (paused)
        return { problem: true, detail: `the stage is paused since ${paused.at} by ${paused.by}: nothing is taken` };
      const ended = await until(signal, ({ status }) => TERMINAL_STATUSES.some((terminal) => terminal === status));
      const { status, attempt, error, costUsd, offline, usage } = ended;
      if (status !== "completed")
        return {
          problem: true,
          detail: `${status} after attempt ${attempt}${error ? `: ${error.name}: ${error.message}` : ""}`,
        };
      const cost = usage.length === 0 ? "no model called" : costUsd === undefined ? "cost unknown" : `$${costUsd}`;
      const over =
        input.maxCostUsd !== undefined && usage.length > 0 && (costUsd === undefined || costUsd > input.maxCostUsd);
      if (over) return { problem: true, detail: `${cost}, and --max-cost is $${input.maxCostUsd}` };
      return { detail: `attempt ${attempt}, ${cost}${offline ? ", offline model" : ""}` };
    },
    async stored(signal: AbortSignal): Promise<Finding> {
      const found = await until(signal, ({ status }) => status === "completed");
      const result = await client.reader.result(found);
      if (result === undefined) return { problem: true, detail: "the record is completed and has no result" };
      return {
        detail: `${Buffer.byteLength(JSON.stringify(result))} bytes${found.resultRef ? ` at ${found.resultRef}` : ""}`,
      };
    },
    async told(signal: AbortSignal): Promise<Finding> {
      for (;;) {
        if (polled !== undefined) return { problem: true, detail: `not over WebSocket: ${polled}` };
        const end = told.find(({ event }) => event.type === "completed");
        if (end && end.event.type === "completed") {
          // Clocks differ on a remote stage: a lag below zero is none.
          return {
            detail: `${counted(told.length, "message")} over WebSocket`,
            ms: Math.max(0, end.at - Date.parse(end.event.at)),
          };
        }
        await clock.sleep(10, signal);
      }
    },
    async clean(): Promise<Finding> {
      leaving.abort();
      if (!sent) return { detail: "nothing to remove" };
      const left = await client.reader.get(taskId);
      if (left && !TERMINAL_STATUSES.some((terminal) => terminal === left.status))
        await client.control.cancel(taskId).catch(() => undefined);
      await client.control.remove(taskId);
      if (document !== undefined) await client.documents.remove(document);
      const removed =
        document === undefined ? "record, events and result removed" : "record, events, result and document removed";
      if (left?.status === "completed") return { detail: removed };
      const letter =
        left?.status === "deadlettered" ? await takeLetter(taskId, client, place) : "its message is dropped";
      return { detail: `${removed}; ${letter}` };
    },
  };
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** A typing error in the path shall not cost a whole run. */
async function checkFolder(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): AbortError {
  return new AbortError(`The JUnit report cannot be written: ${messageOf(error)}`, {
    code: "REPORT_UNWRITABLE",
    where: path,
    hint: "Name a file in a folder that exists: --junit FILE",
    cause: error,
  });
}

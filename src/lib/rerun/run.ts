import { randomBytes } from "node:crypto";
import { AbortError } from "../../contract/errors.ts";
import { jsonIn } from "../../contract/json.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import type { StackActivity } from "../../contract/operations/dev.ts";
import type { TaskFetched, TasksRunEvent } from "../../contract/operations/rerun.ts";
import type { StageClient } from "../../contract/ports.ts";
import { taskSchema } from "../../contract/schema/task.ts";
import type { Task } from "../../contract/task.ts";
import { findRunning } from "../dev-file.ts";
import { chooseLetters } from "../dlq/replay/choose.ts";
import { lettersOfStage } from "../dlq/letters.ts";
import { findTask } from "../find-task.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { namesAndFlags } from "../../contract/shell-word.ts";
import { enterStage, type OpenStage, requireProject, type StageChoice, stageName } from "../stage.ts";
import { stageFlags } from "../stage-choice.ts";
import { followToEnd } from "../submit/follow-to-end.ts";
import { initialOutcome } from "../submit/outcome.ts";
import { refuseWaitingForNothing } from "../submit/paused.ts";
import { enterStageForReading } from "../tasks.ts";
import { unknownTask } from "../unknown-task.ts";

export interface RunInput {
  /** Where the task is. */
  choice: StageChoice;
  /** Of the task, or of its message. */
  id: string;
  tokens: boolean;
  /** Port of the worker's inspector: the task waits until a debugger is attached. */
  inspect?: number;
  timeoutMs?: number;
}

/** Characters that tell copies of a task apart, and what they leave of its id. */
const SUFFIX_BYTES = 3;
const KEPT_ID = 100;

/**
 * Runs a copy of a task on the local stack, with the code of this project: of a dead letter that shall fail again where one
 * can look. The task itself is left as it is, wherever it is.
 */
export async function* runTask(input: RunInput, place: Workplace): AsyncGenerator<TasksRunEvent> {
  const { choice, inspect } = input;
  const { clock, signal } = place;
  const project = await requireProject(place, LOCAL_STAGE);
  const fromLocal = stageName(choice, place.env) === LOCAL_STAGE && choice.endpointUrl === undefined;
  if (inspect !== undefined) await refuseRunningDev(project.dir, place);
  const attached = Promise.withResolvers<void>();
  const onActivity = (event: StackActivity) => {
    if (event.type === "log" && event.message.includes("Debugger attached.")) attached.resolve();
  };
  let source = fromLocal ? undefined : yield* enterStageForReading(choice, place);
  let stage: OpenStage | undefined;
  try {
    stage = yield* enterStage({ stage: LOCAL_STAGE }, place, {
      startLocal: true,
      show: fromLocal,
      stack: { onActivity, ...(inspect === undefined ? {} : { inspect }) },
    });
    refuseWaitingForNothing(stage, place);
    const from = source?.client ?? stage.client;
    const { task, by } = await readTask(from, input, place);
    const copy = await copyOf(task, from, stage.client);
    yield { type: "fetched", taskId: task.taskId, from: from.ref, by, ...copy.told };
    await source?.close();
    source = undefined;
    if (inspect !== undefined) {
      const address = `127.0.0.1:${inspect}`;
      yield { type: "debugger", state: "waiting", address };
      await Promise.race([attached.promise, aborted(signal), aborted(stage.broken)]);
      signal.throwIfAborted();
      stage.broken.throwIfAborted();
      yield { type: "debugger", state: "attached", address };
    }
    const began = clock.now();
    const answer = await stage.client.intake.accept(copy.task, { signal });
    const command = `${invocation(place.installation, place.cwd)} watch${namesAndFlags([answer.taskId], "")}`;
    const { taskId } = answer;
    yield { type: "submitted", taskId, duplicate: false, via: "api", ms: clock.now() - began, follow: command };
    const { outcome, ...end } = yield* followToEnd(initialOutcome(taskId, answer.status), {
      place,
      stage,
      command,
      tokens: input.tokens,
      ...(input.timeoutMs === undefined ? {} : { timeoutMs: input.timeoutMs }),
    });
    yield {
      type: "summary",
      operation: "tasks-run",
      ...outcome,
      ...end,
      copyOf: task.taskId,
      elapsedMs: clock.now() - began,
    };
  } finally {
    await source?.close();
    await stage?.close();
  }
}

/** @returns the task by its record, else by the message that lies in the dead-letter queue. */
async function readTask(
  client: StageClient,
  { choice, id }: RunInput,
  place: Workplace,
): Promise<{ task: Task; by: TaskFetched["by"] }> {
  const record = await findTask(id, client.reader);
  if (record) return { task: record.task, by: "record" };
  const choosing = chooseLetters({ ids: [id] }, await lettersOfStage(client), 1, place);
  let step = await choosing.next();
  while (!step.done) step = await choosing.next();
  const [message] = step.value.messages;
  if (!message) throw unknownTask(id, { ref: client.ref, choice, place });
  const parsed = taskSchema.safeParse(jsonIn(message.body));
  if (parsed.success) return { task: parsed.data, by: "message" };
  const [issue] = parsed.error.issues;
  throw new AbortError(
    `The dead letter ${message.messageId} holds no task: ${issue ? `${issue.path.join(".") || "the body"}: ${issue.message}` : "its body is none"}.`,
    {
      code: "NOT_A_TASK",
      where: message.messageId,
      hint: `Look at it: ${invocation(place.installation, place.cwd)} dlq show${namesAndFlags([message.messageId], ` --scan${stageFlags(choice)}`)}`,
    },
  );
}

/** @returns the task under an id of its own, with its document, and without whom it tells. */
async function copyOf(
  task: Task,
  from: StageClient,
  to: StageClient,
): Promise<{ task: Task; told: Pick<TaskFetched, "document" | "leftOut"> }> {
  const { callbackUrl, documentReference, ...rest } = task;
  const copied: Task = {
    ...rest,
    taskId: `${task.taskId.slice(0, KEPT_ID)}-run-${randomBytes(SUFFIX_BYTES).toString("hex")}`,
    metadata: { ...task.metadata, copyOf: task.taskId },
  };
  const leftOut = callbackUrl === undefined ? [] : ["callbackUrl: whoever waits there must not be told of a copy"];
  if (documentReference === undefined) return { task: copied, told: { leftOut } };
  const document = await from.documents.get(documentReference);
  const reference = await to.documents.put(document);
  return {
    task: { ...copied, documentReference: reference },
    told: { document: { reference, bytes: document.body.length }, leftOut },
  };
}

/** A stack that runs has its worker's settings already. */
async function refuseRunningDev(projectDir: string, place: Workplace): Promise<void> {
  const running = await findRunning(projectDir);
  if (running?.kind !== "dev") return;
  throw new AbortError("dev runs in this project, and its worker takes no debugger.", {
    code: "DEV_RUNNING",
    where: "--inspect",
    hint: [
      `End it and run this again: kill ${running.pid}`,
      `Or start it with a debugger, and leave --inspect out: ${invocation(place.installation, place.cwd)} dev --inspect`,
    ],
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

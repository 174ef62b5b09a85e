import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import { TERMINAL_STATUSES } from "../../contract/event.ts";
import type { TasksRetryEvent } from "../../contract/operations/rerun.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import type { TaskRecord } from "../../contract/record.ts";
import { taskSchema } from "../../contract/schema/task.ts";
import type { Task } from "../../contract/task.ts";
import { refusePaused } from "../dlq/paused.ts";
import { type BodyChange, createChange, describeChange } from "../dlq/replay/change.ts";
import { type Edit, editBody, type Editor } from "../dlq/replay/edit.ts";
import { findTask } from "../find-task.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { type StageChoice, stageFlags } from "../stage-choice.ts";
import { followToEnd } from "../submit/follow-to-end.ts";
import { initialOutcome } from "../submit/outcome.ts";
import { namesAndFlags, shellWord } from "../../contract/shell-word.ts";
import { enterStageForChange } from "../tasks.ts";
import { unknownTask } from "../unknown-task.ts";

export interface RetryInput {
  choice: StageChoice;
  taskId: string;
  change: BodyChange;
  edit?: Editor;
  follow: "none" | "wait" | "watch";
  timeoutMs?: number;
  whilePaused: boolean;
}

/**
 * Runs a task that has ended again, from its record: nothing is received. It has all its attempts again. The plan is told
 * before anything is sent: whoever stops reading there has sent nothing.
 */
export async function* retryTask(input: RetryInput, place: Workplace): AsyncGenerator<TasksRetryEvent> {
  const { choice } = input;
  const { clock } = place;
  const stage = yield* enterStageForChange(choice, place);
  try {
    const { client } = stage;
    const { app, stage: name, account, region } = client.ref;
    const record = await findTask(input.taskId, client.reader);
    if (!record) throw unknownTask(input.taskId, { ref: client.ref, choice, place });
    const { taskId } = record.task;
    if (!TERMINAL_STATUSES.some((status) => status === record.status)) throw stillActive(record, choice, place);
    if (!input.whilePaused) await refusePaused(client, choice, place);
    const { task, edit } = await changedTask(record, input, client.queue.limits, place);
    yield {
      type: "plan",
      place: `stage ${name} of ${app}, account ${account}, region ${region}`,
      taskId,
      status: record.status,
      ...(record.costUsd === undefined ? {} : { costUsd: record.costUsd }),
      changes: describeChange(input.change, edit !== undefined),
    };
    const began = clock.now();
    await client.intake.resend(task, "retry");
    await edit?.remove();
    const command = `${invocation(place.installation, place.cwd)} watch${namesAndFlags([taskId], stageFlags(choice))}`;
    yield { type: "submitted", taskId, duplicate: false, via: "queue", ms: clock.now() - began, follow: command };
    const first = initialOutcome(taskId, "accepted");
    const { outcome, ...end } =
      input.follow === "none"
        ? { outcome: first, exitCode: EXIT.completed }
        : yield* followToEnd(first, {
            place,
            stage,
            command,
            tokens: input.follow === "watch",
            after: record.seq,
            ...(input.timeoutMs === undefined ? {} : { timeoutMs: input.timeoutMs }),
          });
    yield {
      type: "summary",
      operation: "tasks-retry",
      ...outcome,
      ...end,
      ...(record.status === "deadlettered"
        ? { letter: "its dead letter stays in the dead-letter queue; once the task has ended, a redrive drops it" }
        : {}),
      elapsedMs: clock.now() - began,
    };
  } finally {
    await stage.close();
  }
}

/** @throws AbortError `CHANGE_INVALID`; an edit is kept then. */
async function changedTask(
  record: TaskRecord,
  { change, edit: editor }: RetryInput,
  limits: { batchEntries: number; batchBytes: number },
  place: Workplace,
): Promise<{ task: Task; edit?: Edit }> {
  const message: LeasedMessage = {
    messageId: record.task.taskId,
    body: JSON.stringify(record.task),
    attributes: {},
    lease: "",
    receiveCount: 0,
    sentAt: 0,
    system: {},
  };
  const edit = editor && (await editBody(message, true, editor, place));
  const apply = await createChange(
    { ...change, ...(edit ? { body: edit.body } : {}) },
    { task: true, elsewhere: false, limits },
  );
  const after = apply(message);
  if (!("problem" in after)) {
    const task = taskSchema.parse(JSON.parse(after.body));
    return edit ? { task, edit } : { task };
  }
  throw new AbortError(`The task cannot be run as it would be: ${after.problem}. Nothing was sent.`, {
    code: "CHANGE_INVALID",
    where: edit?.path ?? record.task.taskId,
    hint: edit
      ? `Your edit is kept. Mend it, then: tasks retry${namesAndFlags([record.task.taskId], ` --body ${shellWord(`@${edit.path}`)}`)}`
      : "Change it so that it is a task again: taskId, userId and prompt are texts.",
  });
}

function stillActive({ task, status }: TaskRecord, choice: StageChoice, place: Workplace): AbortError {
  const command = invocation(place.installation, place.cwd);
  const words = namesAndFlags([task.taskId], stageFlags(choice));
  return new AbortError(`The task has not ended: it is ${status}.`, {
    code: "TASK_ACTIVE",
    where: task.taskId,
    hint: [`Follow it: ${command} watch${words}`, `Or cancel it first: ${command} tasks cancel${words}`],
  });
}

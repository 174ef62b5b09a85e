import { TERMINAL_STATUSES } from "../contract/event.ts";
import { EXIT } from "../contract/exit.ts";
import { jsonIn, member } from "../contract/json.ts";
import type { TasksForgetEvent } from "../contract/operations/tasks.ts";
import type { StageClient } from "../contract/ports.ts";
import type { TaskSummary } from "../contract/record.ts";
import { lettersOfStage } from "./dlq/letters.ts";
import { scanMessages } from "./dlq/scan.ts";
import { invocation } from "./installation.ts";
import type { Workplace } from "./services.ts";
import { namesAndFlags } from "../contract/shell-word.ts";
import { stageFlags, type StageChoice } from "./stage-choice.ts";
import { enterStageForChange } from "./tasks.ts";

const PAGE = 100;

/**
 * Removes what a stage keeps of a user: records, events, results, documents and dead letters. A task that has not ended is
 * only cancelled: without its record its message would begin it anew. Nothing has happened before what comes after the plan
 * is asked for.
 */
export async function* forgetUser(
  { choice, userId }: { choice: StageChoice; userId: string },
  place: Workplace,
): AsyncGenerator<TasksForgetEvent> {
  const stage = yield* enterStageForChange(choice, place);
  try {
    const { client } = stage;
    const { app, stage: name, account, region } = client.ref;
    const tasks = await tasksOf(client, userId);
    const documents: string[] = [];
    for await (const reference of client.documents.ofUser(userId)) documents.push(reference);
    const ended = tasks.filter(({ status }) => TERMINAL_STATUSES.some((terminal) => terminal === status));
    const active = tasks.filter((task) => !ended.includes(task));
    yield {
      type: "plan",
      place: `stage ${name} of ${app}, account ${account}, region ${region}`,
      userId,
      tasks: ended.length,
      active: active.length,
      documents: documents.length,
    };
    for (const { taskId } of active) await client.control.cancel(taskId);
    // Before the records: who is stopped here finds the letters of those that are left by the next run.
    const hasLetters = ended.some(({ status }) => status === "deadlettered");
    const deadLetters = hasLetters ? await removeLetters(client, userId, place) : 0;
    let removed = 0;
    for (const { taskId } of ended) {
      place.signal.throwIfAborted();
      await client.control.remove(taskId);
      yield { type: "forgotten", tasks: ++removed, of: ended.length };
    }
    for (const reference of documents) await client.documents.remove(reference);
    yield {
      type: "summary",
      operation: "tasks-forget",
      exitCode: EXIT.completed,
      userId,
      tasks: removed,
      documents: documents.length,
      deadLetters,
      cancelled: active.length,
      ...(active.length > 0
        ? {
            again: `${invocation(place.installation, place.cwd)} tasks forget${namesAndFlags([userId], stageFlags(choice))}`,
          }
        : {}),
    };
  } finally {
    await stage.close();
  }
}

async function tasksOf({ reader }: StageClient, userId: string): Promise<TaskSummary[]> {
  const found: TaskSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.tasks.filter((task) => task.userId === userId));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** @returns how many there were. */
async function removeLetters(client: StageClient, userId: string, { clock, signal }: Workplace): Promise<number> {
  const { queue, deadLetterQueue } = await lettersOfStage(client);
  let removed = 0;
  const scanning = scanMessages({
    queue,
    deadLetterQueue,
    clock,
    signal,
    async see(messages) {
      const mine = messages.filter(({ body }) => member(jsonIn(body), "userId") === userId);
      if (mine.length === 0) return false;
      const answers = await queue.remove(
        deadLetterQueue.queue,
        mine.map(({ lease }) => lease),
      );
      removed += answers.filter((answer) => "ok" in answer).length;
      return false;
    },
  });
  while (!(await scanning.next()).done);
  return removed;
}

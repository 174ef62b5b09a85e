import { AbortError } from "../contract/errors.ts";
import type { TaskReader } from "../contract/ports.ts";
import type { TaskRecord } from "../contract/record.ts";

/** So much of an id screens with many tasks show at least. */
const SHORTEST = 8;
/** What the toolkit itself names tasks by is never the beginning of another. */
const WHOLE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PAGE = 100;
/** A short id is read off a screen: its task is among the latest. */
const PAGES = 10;

/**
 * @param text a task's id, or the beginning of one, as `dev`, `watch` and a narrow `tasks list` show it.
 * @returns the task's record; undefined when none has the id and none, of the latest thousand, begins so.
 * @throws AbortError `TASK_AMBIGUOUS`.
 */
export async function findTask(text: string, reader: TaskReader): Promise<TaskRecord | undefined> {
  const record = await reader.get(text);
  if (record || !mayBeBeginning(text)) return record;
  const taskId = await onlyBeginning(text, reader);
  return taskId === undefined ? undefined : reader.get(taskId);
}

/**
 * The same for whoever needs the id alone, also of a task that is not there: nothing is read for an id in full.
 *
 * @returns the id; the text as it is when no task begins so.
 * @throws AbortError `TASK_AMBIGUOUS`.
 */
export async function wholeTaskId(text: string, reader: TaskReader): Promise<string> {
  if (!mayBeBeginning(text) || (await reader.get(text))) return text;
  return (await onlyBeginning(text, reader)) ?? text;
}

const mayBeBeginning = (text: string) => text.length >= SHORTEST && !WHOLE.test(text);

async function onlyBeginning(text: string, reader: TaskReader): Promise<string | undefined> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const { tasks, cursor: next } = await reader.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const { taskId } of tasks) if (taskId.startsWith(text)) found.push(taskId);
    if (next === undefined) break;
    cursor = next;
  }
  if (found.length > 1) {
    throw new AbortError(`Several tasks begin with ${text}.`, {
      code: "TASK_AMBIGUOUS",
      where: text,
      hint: ["Name one of them in full:", ...found.slice(0, 10).map((taskId) => `  ${taskId}`)],
    });
  }
  return found[0];
}

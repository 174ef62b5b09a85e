import { AbortError, UsageError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import { type LogLevel, parseLogMessage } from "../../contract/log-message.ts";
import type { LogFeed, LogLine } from "../../contract/logs.ts";
import type { LogsEvent, LogsLine } from "../../contract/operations/logs.ts";
import type { StageClient } from "../../contract/ports.ts";
import { wholeTaskId } from "../find-task.ts";
import { invocation } from "../installation.ts";
import { interruptedExit, untilAborted } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage.ts";
import { stageFlags } from "../stage-choice.ts";
import { enterStageForReading } from "../tasks.ts";
import { chooseFunctions } from "./functions.ts";
import { isAtLeast, levelPattern } from "./level.ts";
import { createTaskLines, type TaskLines } from "./task-lines.ts";

export interface LogsInput {
  choice: StageChoice;
  /** Short or full names; empty: all. */
  functions: string[];
  taskId?: string;
  /** Epoch milliseconds. */
  since?: number;
  until?: number;
  level?: LogLevel;
  /** A CloudWatch Logs filter pattern, as it is. */
  filter?: string;
  follow: boolean;
  raw: boolean;
}

const DEFAULT_MS = 10 * 60_000;

/** Reads the logs of a stage's functions in the order of time and, if asked, goes on with what they write. */
export async function* logs(input: LogsInput, place: Workplace): AsyncGenerator<LogsEvent> {
  const { signal } = place;
  const { level, follow, filter, until } = input;
  const stage = yield* enterStageForReading(input.choice, place);
  try {
    const { client } = stage;
    const functions = chooseFunctions(input.functions, client.outputs);
    const taskId = input.taskId === undefined ? undefined : await wholeTaskId(input.taskId, client.reader);
    const names = new Map(functions.map(({ name, group }) => [group, name]));
    const since = input.since ?? (await defaultSince({ ...input, taskId }, client, place));
    if (until !== undefined && until <= since) throw emptyRange(input.since === undefined);
    const task =
      taskId === undefined ? undefined : await createTaskLines(taskId, client.reader, { clock: place.clock, follow });
    yield {
      type: "reading",
      ref: client.ref,
      functions,
      since,
      ...(until === undefined ? {} : { until }),
      follow,
      ...(taskId === undefined ? {} : { taskId }),
      ...(level ? { level } : {}),
      ...(filter === undefined ? {} : { filter }),
      ...(input.raw ? { raw: true } : {}),
    };
    const pattern = filter ?? servicePattern(input, task);
    const query = { groups: [...names.keys()], since, signal, ...(pattern === undefined ? {} : { filter: pattern }) };
    const source = follow
      ? client.logs.follow(query)
      : client.logs.read({ ...query, ...(until === undefined ? {} : { until }) });
    let lines = 0;
    let machine = 0;
    for await (const event of untilAborted<LogFeed>(source, signal)) {
      if (event.type === "group-missing") yield { ...event, function: names.get(event.group) ?? event.group };
      if (event.type === "connection") yield event;
      if (event.type !== "line") continue;
      const line = readLine(event, names);
      for (const mine of task ? await task.admit(line) : [line]) {
        if (level && !isAtLeast(mine, level)) continue;
        lines += 1;
        if (mine.kind !== "app" && mine.level !== "error") machine += 1;
        yield mine;
      }
    }
    // Leaving a follow is its ordinary end.
    const exitCode = signal.aborted && !follow ? interruptedExit(signal) : EXIT.completed;
    yield { type: "summary", operation: "logs", exitCode, lines, machine, ...(follow ? { detached: true } : {}) };
  } finally {
    await stage.close();
  }
}

/** @returns what the service can leave out already; the rest is left out here. */
function servicePattern({ level, follow }: LogsInput, task: TaskLines | undefined): string | undefined {
  // The requests of attempts that are yet to come cannot be named.
  if (task) return follow ? undefined : task.pattern();
  return level && levelPattern(level);
}

function readLine({ type, ...line }: LogLine & { type: "line" }, names: ReadonlyMap<string, string>): LogsLine {
  return { type, ...line, function: names.get(line.group) ?? line.group, ...parseLogMessage(line.message) };
}

/** @returns ten minutes ago; of one task, when it was handed in. */
async function defaultSince(
  input: Omit<LogsInput, "taskId"> & { taskId: string | undefined },
  client: StageClient,
  place: Workplace,
): Promise<number> {
  const { taskId } = input;
  if (taskId === undefined) return (input.until ?? place.clock.now()) - DEFAULT_MS;
  const record = await client.reader.get(taskId);
  if (record) return Date.parse(record.acceptedAt);
  throw new AbortError(`There is no task ${taskId} on this stage.`, {
    code: "TASK_NOT_FOUND",
    where: taskId,
    hint: [
      `See the latest: ${invocation(place.installation, place.cwd)} tasks list${stageFlags(input.choice)}`,
      "Logs may outlive a task's record: to look for its lines all the same, say since when: --since 7d",
    ],
  });
}

function emptyRange(sinceIsDefault: boolean): UsageError {
  return new UsageError("--until is not after --since: nothing lies between.", {
    code: "RANGE_EMPTY",
    where: "--until",
    hint: sinceIsDefault
      ? "Name both: --since 2h --until 1h"
      : "Write the earlier time as --since: --since 2h --until 1h",
  });
}

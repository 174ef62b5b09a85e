import type { Usage } from "../../contract/event.ts";
import type { FailureCause, Spread, TaskFigures } from "../../contract/operations/status.ts";
import type { Figure, TaskFacts, TasksRead } from "../../contract/status.ts";
import { percentiles } from "../submit/statistics.ts";

/** @param window epoch milliseconds: its start, and when the records were read. */
export function taskFigures(
  { tasks, read, from }: TasksRead,
  { since, until }: { since: number; until: number },
  complete: boolean,
): TaskFigures {
  const start = complete ? since : Math.max(since, from);
  const within = (at: string | undefined) => at !== undefined && Date.parse(at) >= start;
  const ended = tasks.filter(({ endedAt }) => within(endedAt));
  const count = (status: TaskFacts["status"]) => ended.filter((task) => task.status === status).length;
  const attempts = tasks.flatMap((task) => task.attempts.map((attempt) => ({ task, attempt })));
  const durations = attempts.flatMap(({ attempt: { outcome, startedAt, endedAt } }) =>
    outcome === "completed" && endedAt !== undefined && within(endedAt) ? [span(startedAt, endedAt)] : [],
  );
  const waits = attempts.flatMap(({ task, attempt: { generation, attempt, startedAt } }) =>
    generation === 1 && attempt === 1 && within(startedAt) ? [span(task.queuedAt ?? task.acceptedAt, startedAt)] : [],
  );
  return {
    read,
    complete,
    since: start,
    until,
    accepted: tasks.filter(({ acceptedAt }) => within(acceptedAt)).length,
    completed: count("completed"),
    deadlettered: count("deadlettered"),
    cancelled: count("cancelled"),
    duration: spread(durations, "no attempt completed in the window"),
    queueWait: spread(waits, "no first attempt began in the window"),
    failures: failuresOf(attempts.filter(({ attempt }) => within(attempt.endedAt))),
    usage: usageOf(ended),
  };
}

/** A clock of the worker's may be behind the API's. */
const span = (from: string, to: string) => Math.max(0, Date.parse(to) - Date.parse(from));

function spread(values: number[], none: string): Figure<Spread> {
  const found = percentiles(values);
  return found ? { p50: found.p50, p95: found.p95, of: values.length } : { unknown: none };
}

function failuresOf(attempts: { task: TaskFacts; attempt: TaskFacts["attempts"][number] }[]): FailureCause[] {
  const causes = new Map<string, FailureCause & { ids: Set<string> }>();
  for (const { task, attempt } of attempts) {
    if (attempt.outcome !== "failed" && attempt.outcome !== "lost") continue;
    const { fingerprint, name, message, status } = attempt.error ?? LOST;
    const known = causes.get(fingerprint) ?? {
      fingerprint,
      name,
      message,
      ...(status === undefined ? {} : { status }),
      attempts: 0,
      tasks: 0,
      ids: new Set<string>(),
    };
    known.attempts += 1;
    known.ids.add(task.taskId);
    causes.set(fingerprint, known);
  }
  return [...causes.values()]
    .map(({ ids, ...cause }) => ({ ...cause, tasks: ids.size }))
    .toSorted((a, b) => b.attempts - a.attempts);
}

const LOST: Pick<FailureCause, "fingerprint" | "name" | "message"> & { status?: number } = {
  fingerprint: "lost",
  name: "Lost",
  message: "the attempt ended without a word",
};

function usageOf(tasks: TaskFacts[]): Usage[] {
  const models = new Map<string, Usage>();
  for (const used of tasks.flatMap(({ usage }) => usage)) {
    const { costUsd: before, ...sum } = models.get(used.model) ?? {
      model: used.model,
      calls: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
    };
    // One price that is not known makes the sum unknown.
    const cost = before === undefined || used.costUsd === undefined ? {} : { costUsd: before + used.costUsd };
    models.set(used.model, {
      ...sum,
      calls: sum.calls + used.calls,
      inputTokens: sum.inputTokens + used.inputTokens,
      outputTokens: sum.outputTokens + used.outputTokens,
      ...cost,
    });
  }
  return [...models.values()].toSorted((a, b) => b.inputTokens - a.inputTokens);
}

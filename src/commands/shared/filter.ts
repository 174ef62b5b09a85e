import type { Command } from "commander";
import type { LetterFilter } from "../../lib/dlq/filter.ts";
import { parseMoment } from "../../lib/moment.ts";
import { collect, whole } from "./flags.ts";

/** Flags that say which dead letters are meant. */
export interface FilterFlags {
  task?: string[];
  error?: string;
  since?: string;
  until?: string;
  where?: string;
  limit?: number;
}

export function filterFlags(command: Command): Command {
  return command
    .option("--task <id>", "only this task (several times for several)", collect)
    .option("--error <text>", "only what failed with it: a fingerprint, or a part of the error's text")
    .option("--since <time>", "only what was sent since: 2h ago (2h), or an ISO 8601 time")
    .option("--until <time>", "only what was sent before")
    .option("--where <jmespath>", "only what fits an expression over body and attributes")
    .option("--limit <n>", "so many at most", whole(1, 1_000_000));
}

/** @returns what the flags say, and the ids before them. @param now epoch milliseconds, for times ago. */
export function filterOf(
  ids: string[],
  { task, error, since, until, where, limit }: FilterFlags,
  now: number,
): { filter: Omit<LetterFilter, "where">; where?: string; limit?: number } {
  return {
    filter: {
      ...(ids.length === 0 ? {} : { ids }),
      ...(task === undefined ? {} : { tasks: task }),
      ...(error === undefined ? {} : { error }),
      ...(since === undefined ? {} : { since: parseMoment(since, "--since", now) }),
      ...(until === undefined ? {} : { until: parseMoment(until, "--until", now) }),
    },
    ...(where === undefined ? {} : { where }),
    ...(limit === undefined ? {} : { limit }),
  };
}

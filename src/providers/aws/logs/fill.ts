import type { LogFeed } from "../../../contract/logs.ts";
import type { LogsContext } from "./context.ts";
import { mergeGroups } from "./merge.ts";
import { readPages } from "./pages.ts";
import type { Seen } from "./seen.ts";

/** CloudWatch shows a line some seconds after it was written, and not in order: this far back is read again. */
const OVERLAP_MS = 30_000;
/** A quiet group is read again no further back than this, which also bounds how wrong this machine's clock may be. */
const QUIET_MS = 10 * 60_000;

/** Reads what a follow has not told yet, as often as it is asked to. */
export interface Filler {
  /** Groups that are not there, as of the last reading. */
  missing: ReadonlySet<string>;
  /** Yields what is new; afterwards all up to now counts as told. */
  fill(): AsyncGenerator<LogFeed>;
  /** Counts all up to now as told, by whatever else told it. `newest` is the time of the newest line by group. */
  advance(newest: ReadonlyMap<string, number>): void;
}

export function createFiller(
  context: LogsContext,
  query: { groups: readonly string[]; since: number; filter?: string; signal: AbortSignal },
  seen: Seen,
): Filler {
  const from = new Map(query.groups.map((group) => [group, query.since]));
  const missing = new Set<string>();

  const advance = (newest: ReadonlyMap<string, number>, now: number) => {
    for (const [group, start] of from) {
      if (missing.has(group)) continue;
      // A line may bear a time that is yet to come: those before it are still to be read.
      const last = Math.min(newest.get(group) ?? 0, now) - OVERLAP_MS;
      from.set(group, Math.max(start, last, now - QUIET_MS));
    }
    // A group that never comes must not keep everything remembered.
    const present = [...from].flatMap(([group, start]) => (missing.has(group) ? [] : [start]));
    if (present.length > 0) seen.forget(Math.min(...present));
  };

  return {
    missing,
    advance: (newest) => advance(newest, context.clock.now()),
    async *fill() {
      const now = context.clock.now();
      const filter = query.filter === undefined ? {} : { filter: query.filter };
      const pages = [...from].map(
        ([group, since]) => [group, readPages(context, { group, since, ...filter }, query.signal)] as const,
      );
      const newest = new Map<string, number>();
      const gone = new Set<string>();
      for await (const event of mergeGroups(new Map(pages))) {
        if (event.type === "group-missing") {
          gone.add(event.group);
          if (!missing.has(event.group)) yield event;
        }
        if (event.type !== "line") continue;
        newest.set(event.group, Math.max(newest.get(event.group) ?? 0, event.at));
        if (seen.poll(event)) yield event;
      }
      for (const group of query.groups) {
        if (gone.has(group)) missing.add(group);
        else missing.delete(group);
      }
      advance(newest, now);
    },
  };
}

import type { LogLine, LogReader } from "../../contract/ports.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";

const POLL_MS = 500;
const SLOWEST_POLL_MS = 5000;
/** CloudWatch shows a line some seconds after it was written, and not in order: this far back is read again. */
const OVERLAP_MS = 15_000;

/** Reads CloudWatch Logs; several groups are merged in the order of time. */
export function createLogs({ clients, place, clock }: StageContext): LogReader {
  async function page(
    group: string,
    range: { since: number; until?: number; filter?: string },
    signal: AbortSignal,
  ): Promise<(LogLine & { id: string })[]> {
    const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const client = await clients.logs();
    const lines: (LogLine & { id: string })[] = [];
    let nextToken: string | undefined;
    do {
      const command = new FilterLogEventsCommand({
        logGroupName: group,
        startTime: range.since,
        ...(range.until === undefined ? {} : { endTime: range.until }),
        ...(range.filter === undefined ? {} : { filterPattern: range.filter }),
        ...(nextToken ? { nextToken } : {}),
      });
      // An empty page can carry a token: only its absence is the end.
      const { events = [], nextToken: token } = await calling("logs:FilterLogEvents", place, () =>
        client.send(command, { abortSignal: signal }),
      );
      for (const event of events) {
        lines.push({
          id: event.eventId ?? `${event.timestamp}${event.message}`,
          at: event.timestamp ?? 0,
          group,
          stream: event.logStreamName ?? "",
          message: event.message ?? "",
        });
      }
      nextToken = token;
    } while (nextToken);
    return lines;
  }

  return {
    async *read({ groups, since, until, filter, follow, signal }) {
      const seen = new Map<string, number>();
      let from = since;
      for (let pause = POLL_MS; ;) {
        const range = {
          since: from,
          ...(until === undefined ? {} : { until }),
          ...(filter === undefined ? {} : { filter }),
        };
        const pages = await Promise.all(groups.map((group) => page(group, range, signal)));
        const fresh = pages
          .flat()
          .filter(({ id }) => !seen.has(id))
          .toSorted((a, b) => a.at - b.at);
        for (const { id, ...line } of fresh) {
          seen.set(id, line.at);
          yield line;
        }
        if (!follow) return;
        pause = fresh.length > 0 ? POLL_MS : Math.min(SLOWEST_POLL_MS, pause * 1.5);
        from = Math.max(from, (fresh.at(-1)?.at ?? from) - OVERLAP_MS);
        for (const [id, at] of seen) if (at < from) seen.delete(id);
        await clock.sleep(pause, signal);
      }
    },
  };
}

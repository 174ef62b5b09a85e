import type { LogLine } from "../../../contract/logs.ts";
import { UsageError } from "../../../contract/errors.ts";
import { calling } from "../errors.ts";
import type { LogsContext } from "./context.ts";

export interface PageQuery {
  group: string;
  /** Epoch milliseconds, both inclusive. */
  since: number;
  until?: number;
  filter?: string;
}

/** Reads a group's lines, oldest first, a page at a time; undefined, once, when there is no such group. */
export async function* readPages(
  { clients, place }: LogsContext,
  { group, since, until, filter }: PageQuery,
  abortSignal: AbortSignal,
): AsyncGenerator<LogLine[] | undefined> {
  const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = await clients.logs();
  const page = (nextToken: string | undefined) =>
    calling("logs:FilterLogEvents", place, async () => {
      const command = new FilterLogEventsCommand({
        logGroupName: group,
        startTime: Math.max(0, since),
        ...(until === undefined ? {} : { endTime: until }),
        ...(filter === undefined ? {} : { filterPattern: filter }),
        ...(nextToken ? { nextToken } : {}),
      });
      try {
        return await client.send(command, { abortSignal });
      } catch (error) {
        if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
        throw filter === undefined ? error : explainPattern(error, filter);
      }
    });
  let nextToken: string | undefined;
  do {
    const answer = await page(nextToken);
    if (!answer) {
      yield undefined;
      return;
    }
    yield (answer.events ?? []).map(({ eventId = "", timestamp = 0, logStreamName = "", message = "" }) => ({
      id: eventId,
      at: timestamp,
      group,
      stream: logStreamName,
      message,
    }));
    // An empty page can carry a token: only its absence is the end.
    nextToken = answer.nextToken;
  } while (nextToken);
}

function explainPattern(error: unknown, filter: string): unknown {
  if (!(error instanceof Error) || error.name !== "InvalidParameterException") return error;
  return new UsageError(`CloudWatch Logs refuses the filter pattern ${filter}: ${error.message}`, {
    code: "FILTER_INVALID",
    where: "--filter",
    hint: [
      'Words that must all be there: --filter "timeout worker"; a phrase or an id in double quotes: --filter \'"not found"\'',
      "A JSON field: --filter '{ $.level = \"ERROR\" }'",
    ],
    cause: error,
  });
}

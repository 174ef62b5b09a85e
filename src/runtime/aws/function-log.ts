import { clientOptions } from "./options.ts";

export interface LoggedLine {
  stream: string;
  /** Epoch milliseconds. */
  at: number;
  message: string;
}

/** A page holds 1 MB or 10,000 lines; a cause that lies deeper is not worth the time. */
const MOST_PAGES = 10;

/**
 * @param pattern CloudWatch's own filter pattern.
 * @param from epoch milliseconds.
 * @returns the lines of a log group since then that match, oldest first, as far as ten pages go. The client is loaded at first use.
 */
export async function readLogLines(group: string, pattern: string, from: number): Promise<LoggedLine[]> {
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = new CloudWatchLogsClient(clientOptions({ request: 5_000, attempts: 2 }));
  const lines: LoggedLine[] = [];
  try {
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES && (page === 0 || nextToken !== undefined); page += 1) {
      const input = { logGroupName: group, filterPattern: pattern, startTime: from };
      const answer = await client.send(new FilterLogEventsCommand({ ...input, ...(nextToken ? { nextToken } : {}) }));
      for (const { logStreamName = "", timestamp = 0, message = "" } of answer.events ?? [])
        lines.push({ stream: logStreamName, at: timestamp, message });
      ({ nextToken } = answer);
    }
    return lines;
  } finally {
    client.destroy();
  }
}

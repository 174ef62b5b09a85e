import type { LogLine } from "../../../contract/logs.ts";
import { partitionOf } from "../../../contract/partitions.ts";
import { calling } from "../errors.ts";
import type { LogsContext } from "./context.ts";

/** What a live tail tells. */
export type TailUpdate =
  | { type: "started" }
  /** `sampled`: there were more lines than a tail shows. */
  | { type: "lines"; lines: Omit<LogLine, "id">[]; sampled: boolean };

/** Runs one session of a live tail, three hours at most. @throws what refuses or breaks it, explained. */
export async function* liveTail(
  { clients, outputs, place }: LogsContext,
  query: { groups: readonly string[]; filter?: string },
  abortSignal: AbortSignal,
): AsyncGenerator<TailUpdate> {
  const { StartLiveTailCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = await clients.logs();
  const { account, region } = outputs;
  // It takes groups by ARN alone.
  const arn = `arn:${partitionOf(region).name}:logs:${region}:${account}:log-group`;
  const names = new Map(query.groups.map((group) => [`${account}:${group}`, group]));
  const command = new StartLiveTailCommand({
    logGroupIdentifiers: query.groups.map((group) => `${arn}:${group}`),
    ...(query.filter === undefined ? {} : { logEventFilterPattern: query.filter }),
  });
  const explained = <T>(call: () => Promise<T>) => calling("logs:StartLiveTail", place, call);
  const { responseStream } = await explained(() => client.send(command, { abortSignal }));
  const updates = responseStream?.[Symbol.asyncIterator]();
  if (!updates) return;
  try {
    for (;;) {
      const result = await explained(() => updates.next());
      if (result.done) return;
      const { value } = result;
      // After three hours, or when the service ends it, it says so in the stream.
      if (value.SessionTimeoutException || value.SessionStreamingException) return;
      if (value.sessionStart) yield { type: "started" };
      if (!value.sessionUpdate) continue;
      const { sessionMetadata, sessionResults = [] } = value.sessionUpdate;
      const lines = sessionResults.map(
        ({ timestamp = 0, logGroupIdentifier = "", logStreamName = "", message = "" }) => ({
          at: timestamp,
          group: names.get(logGroupIdentifier) ?? logGroupIdentifier.replace(/^.*:/, ""),
          stream: logStreamName,
          message,
        }),
      );
      yield {
        type: "lines",
        lines: lines.toSorted((a, b) => a.at - b.at),
        sampled: sessionMetadata?.sampled === true,
      };
    }
  } finally {
    await updates.return?.();
  }
}

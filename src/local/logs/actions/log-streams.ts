import type { JsonAction } from "../../wire/json.ts";
import { invalid, missingGroup, missingStream, streamExists } from "../errors.ts";
import { existingGroup, groupArn, optionalText, pageOf, requiredText } from "../input.ts";
import type { LogsDeps } from "./deps.ts";

export const createLogStream =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const group = requiredText(input, "logGroupName");
    const stream = requiredText(input, "logStreamName");
    if (!/^[^:*]{1,512}$/.test(stream)) {
      throw invalid(
        `1 validation error detected: Value '${stream}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
      );
    }
    if (!store.group(group)) throw missingGroup();
    if (!store.createStream(group, stream)) throw streamExists();
  };

export const deleteLogStream =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const group = existingGroup(store, input);
    if (!store.deleteStream(group, requiredText(input, "logStreamName"))) throw missingStream();
  };

export const describeLogStreams =
  ({ ctx, store }: LogsDeps): JsonAction =>
  (input) => {
    const group = existingGroup(store, input);
    const prefix = optionalText(input, "logStreamNamePrefix");
    const byTime = optionalText(input, "orderBy") === "LastEventTime";
    if (byTime && prefix !== undefined) throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
    const found = store.streams(group, prefix);
    if (byTime) found.sort((a, b) => (a.lastEvent ?? a.createdAt) - (b.lastEvent ?? b.createdAt));
    if (input["descending"] === true) found.reverse();
    const { items, nextToken } = pageOf(found, input, 50);
    return {
      logStreams: items.map((stream) => ({
        logStreamName: stream.name,
        creationTime: stream.createdAt,
        ...(stream.firstEvent === undefined ? {} : { firstEventTimestamp: stream.firstEvent }),
        ...(stream.lastEvent === undefined ? {} : { lastEventTimestamp: stream.lastEvent }),
        ...(stream.lastIngestion === undefined ? {} : { lastIngestionTime: stream.lastIngestion }),
        uploadSequenceToken: "1",
        arn: `${groupArn(ctx, group)}:log-stream:${stream.name}`,
        storedBytes: 0,
      })),
      ...(nextToken ? { nextToken } : {}),
    };
  };

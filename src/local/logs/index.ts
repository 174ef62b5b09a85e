import type { LocalContext } from "../context.ts";
import type { Service } from "../exchange.ts";
import type { LogSink } from "../interfaces.ts";
import { serveJson } from "../wire/json.ts";
import { filterLogEvents } from "./actions/filter-log-events.ts";
import { getLogEvents } from "./actions/get-log-events.ts";
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from "./actions/log-groups.ts";
import { createLogStream, deleteLogStream, describeLogStreams } from "./actions/log-streams.ts";
import { putLogEvents } from "./actions/put-log-events.ts";
import { listTagsForResource, tagResource, untagResource } from "./actions/tags.ts";
import { createLiveTails } from "./live-tail.ts";
import { createLogStore } from "./store.ts";
import type { LogListener } from "./types.ts";

export type { LogListener } from "./types.ts";

/** CloudWatch Logs. `put` costs its caller an array push; the database is written in batches. */
export interface LogsService extends Service, LogSink {
  /** Hears every event as it arrives (metrics in log lines, live screens). @returns unsubscribe. */
  subscribe(listener: LogListener): () => void;
  close(): void;
}

/** Makes the CloudWatch Logs of one stack. */
export function createLogs(ctx: LocalContext): LogsService {
  const store = createLogStore(ctx);
  const tails = createLiveTails(ctx, store);
  const deps = { ctx, store };
  const protocol = {
    target: "Logs_20140328",
    version: "1.1",
    actions: {
      CreateLogGroup: createLogGroup(deps),
      DeleteLogGroup: deleteLogGroup(deps),
      DescribeLogGroups: describeLogGroups(deps),
      PutRetentionPolicy: putRetentionPolicy(deps),
      DeleteRetentionPolicy: deleteRetentionPolicy(deps),
      CreateLogStream: createLogStream(deps),
      DeleteLogStream: deleteLogStream(deps),
      DescribeLogStreams: describeLogStreams(deps),
      PutLogEvents: putLogEvents(deps),
      GetLogEvents: getLogEvents(deps),
      FilterLogEvents: filterLogEvents(deps),
      ListTagsForResource: listTagsForResource(deps),
      TagResource: tagResource(deps),
      UntagResource: untagResource(deps),
    },
  } as const;
  return {
    handle: (exchange) =>
      exchange.req.headers["x-amz-target"] === "Logs_20140328.StartLiveTail"
        ? tails.serve(exchange)
        : serveJson(exchange, protocol),
    put: store.put,
    subscribe: store.subscribe,
    close() {
      tails.close();
      store.close();
    },
  };
}

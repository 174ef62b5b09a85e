import type { LogReader } from "../../../contract/logs.ts";
import type { LogsContext } from "./context.ts";
import { followLogs } from "./follow.ts";
import { mergeGroups } from "./merge.ts";
import { readPages } from "./pages.ts";

/** Reads CloudWatch Logs; several groups are merged in the order of time. */
export function createLogs(context: LogsContext): LogReader {
  return {
    read({ groups, signal, ...range }) {
      return mergeGroups(new Map(groups.map((group) => [group, readPages(context, { ...range, group }, signal)])));
    },
    follow: (query) => followLogs(context, query),
  };
}

import type { JsonAction } from "../../wire/json.ts";
import { invalid, missingGroup, missingStream } from "../errors.ts";
import { requiredText } from "../input.ts";
import type { LogsDeps } from "./deps.ts";

const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;
const EVENT_OVERHEAD = 26;
const DAY_MS = 86_400_000;

export const putLogEvents =
  ({ ctx, store }: LogsDeps): JsonAction =>
  (input) => {
    const groupName = requiredText(input, "logGroupName");
    const stream = requiredText(input, "logStreamName");
    const events = readEvents(input["logEvents"]);
    const group = store.group(groupName);
    if (!group) throw missingGroup();
    if (!store.hasStream(groupName, stream)) throw missingStream();
    const now = ctx.clock.now();
    const oldest = now - Math.min(14, group.retentionInDays ?? 14) * DAY_MS;
    const newest = now + 2 * 60 * 60 * 1000;
    const tooOld = events.filter(({ timestamp }) => timestamp < oldest).length;
    const tooNew = events.findIndex(({ timestamp }) => timestamp > newest);
    store.put(groupName, stream, events.slice(tooOld, tooNew < 0 ? undefined : tooNew));
    const rejected = {
      ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
      ...(tooNew < 0 ? {} : { tooNewLogEventStartIndex: tooNew }),
    };
    return { nextSequenceToken: "1", ...(Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {}) };
  };

function readEvents(value: unknown): { timestamp: number; message: string }[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_EVENTS) {
    throw invalid(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and ${MAX_EVENTS}`,
    );
  }
  let bytes = 0;
  const events = value.map((item: unknown) => {
    const { timestamp, message } =
      typeof item === "object" && item !== null ? { timestamp: undefined, message: undefined, ...item } : {};
    if (typeof timestamp !== "number" || typeof message !== "string" || message === "") {
      throw invalid("Each log event must have a timestamp and a message that is not empty.");
    }
    bytes += Buffer.byteLength(message) + EVENT_OVERHEAD;
    return { timestamp, message };
  });
  if (bytes > MAX_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BYTES}`);
  const first = events[0]?.timestamp ?? 0;
  if (events.some((event, index) => index > 0 && event.timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
  if ((events.at(-1)?.timestamp ?? 0) - first > DAY_MS) {
    throw invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  return events;
}

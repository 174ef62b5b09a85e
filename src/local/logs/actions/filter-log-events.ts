import type { JsonAction } from "../../wire/json.ts";
import { invalid, missingStream } from "../errors.ts";
import {
  decodeToken,
  encodeToken,
  existingGroup,
  limitOf,
  optionalNumber,
  optionalText,
  optionalTexts,
} from "../input.ts";
import { compilePattern } from "../pattern.ts";
import type { Position, StoredEvent } from "../types.ts";
import type { LogsDeps } from "./deps.ts";

/** A page of AWS holds so many events, or so many bytes. */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;
/** Read for one page at most; a page may then be empty and still have a token, as on AWS. */
const MAX_SCANNED = 50_000;
const CHUNK = 2000;

export const filterLogEvents =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const group = existingGroup(store, input);
    const matches = compilePattern(optionalText(input, "filterPattern"));
    const limit = limitOf(input, MAX_EVENTS);
    const streams = optionalTexts(input, "logStreamNames");
    const streamPrefix = optionalText(input, "logStreamNamePrefix");
    if (streams && streamPrefix !== undefined)
      throw invalid("logStreamNames and logStreamNamePrefix exclude each other.");
    if (streams?.some((stream) => !store.hasStream(group, stream))) throw missingStream();
    const from = optionalNumber(input, "startTime");
    const to = optionalNumber(input, "endTime");
    let after = readToken(optionalText(input, "nextToken"));
    const found: StoredEvent[] = [];
    let bytes = 0;
    for (let scanned = 0; scanned < MAX_SCANNED; scanned += CHUNK) {
      const chunk = store.events({
        group,
        ...(streams ? { streams } : {}),
        ...(streamPrefix === undefined ? {} : { streamPrefix }),
        ...(from === undefined ? {} : { from }),
        // FilterLogEvents takes the end inclusively, unlike GetLogEvents.
        ...(to === undefined ? {} : { to: to + 1 }),
        ...(after ? { after } : {}),
        limit: CHUNK,
      });
      for (const event of chunk) {
        if (matches(event.message)) {
          const size = Buffer.byteLength(event.message);
          if (found.length > 0 && bytes + size > MAX_BYTES) return answer(found, after);
          bytes += size;
          found.push(event);
        }
        after = { timestamp: event.timestamp, id: event.id };
        if (found.length >= limit) return answer(found, after);
      }
      if (chunk.length < CHUNK) return answer(found, undefined);
    }
    return answer(found, after);
  };

function answer(events: StoredEvent[], after: Position | undefined) {
  return {
    events: events.map(({ stream, timestamp, message, ingestionTime, id }) => ({
      logStreamName: stream,
      timestamp,
      message,
      ingestionTime,
      eventId: String(id).padStart(56, "0"),
    })),
    searchedLogStreams: [],
    ...(after ? { nextToken: encodeToken(after) } : {}),
  };
}

function readToken(token: string | undefined): Position | undefined {
  if (token === undefined) return undefined;
  const { timestamp, id } = decodeToken(token);
  if (typeof timestamp !== "number" || typeof id !== "number") throw invalid("The specified nextToken is invalid.");
  return { timestamp, id };
}

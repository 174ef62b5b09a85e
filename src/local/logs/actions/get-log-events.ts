import type { JsonAction } from "../../wire/json.ts";
import { invalid, missingStream } from "../errors.ts";
import { existingGroup, limitOf, optionalNumber, optionalText, requiredText } from "../input.ts";
import type { Position, StoredEvent } from "../types.ts";
import type { LogsDeps } from "./deps.ts";

const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;

export const getLogEvents =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const group = existingGroup(store, input);
    const stream = requiredText(input, "logStreamName");
    if (!store.hasStream(group, stream)) throw missingStream();
    const token = parseToken(optionalText(input, "nextToken"));
    const backward = token ? token.direction === "b" : input["startFromHead"] !== true;
    const from = optionalNumber(input, "startTime");
    const to = optionalNumber(input, "endTime");
    const found = store.events({
      group,
      streams: [stream],
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(token ? { [backward ? "before" : "after"]: token.position } : {}),
      descending: backward,
      limit: limitOf(input, MAX_EVENTS),
    });
    const page = withinBytes(found);
    if (backward) page.reverse();
    const first = page[0];
    const last = page.at(-1);
    // At either end the token that was given comes back: that is how a reader knows.
    const edge = token?.position ?? { timestamp: 0, id: 0 };
    return {
      events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: formatToken("f", last ? positionOf(last) : edge),
      nextBackwardToken: formatToken("b", first ? positionOf(first) : edge),
    };
  };

const positionOf = ({ timestamp, id }: StoredEvent): Position => ({ timestamp, id });

function withinBytes(events: StoredEvent[]): StoredEvent[] {
  let bytes = 0;
  const end = events.findIndex(({ message }) => (bytes += Buffer.byteLength(message) + 26) > MAX_BYTES);
  return end < 0 ? events : events.slice(0, Math.max(1, end));
}

function formatToken(direction: "f" | "b", { timestamp, id }: Position): string {
  return `${direction}/${timestamp}/${id}`;
}

function parseToken(text: string | undefined): { direction: string; position: Position } | undefined {
  if (text === undefined) return undefined;
  const match = /^([fb])\/(\d+)\/(\d+)$/.exec(text);
  if (!match?.[1]) throw invalid("The specified nextToken is invalid.");
  return { direction: match[1], position: { timestamp: Number(match[2]), id: Number(match[3]) } };
}

import type { FollowEvent } from "../contract/ports.ts";
import { createChannel } from "./channel.ts";
import type { FollowContext } from "./follow-context.ts";
import { Follower } from "./follower.ts";
import type { FollowOptions } from "./types.ts";

/** Follows one task; see {@link PipelineClient.follow}. */
export async function* followTask(
  context: FollowContext,
  taskId: string,
  options: FollowOptions,
): AsyncGenerator<FollowEvent> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;
  const channel = createChannel<FollowEvent>();
  const follower = new Follower(
    context,
    taskId,
    options,
    signal,
    (event) => channel.push(event),
    () => stop.abort(),
  );
  const run = follower.run().then(channel.end, channel.fail);
  try {
    for await (const event of channel) yield await withResult(context, event, options.signal);
  } finally {
    stop.abort();
    await run;
  }
}

/** Fetches a result that was too large for the event. If that fails the event keeps its reference, and `result()` can be called. */
export async function withResult(
  context: FollowContext,
  event: FollowEvent,
  signal: AbortSignal | undefined,
): Promise<FollowEvent> {
  if (
    event.type !== "completed" ||
    event.result !== undefined ||
    event.resultRef === undefined ||
    !context.http.hasToken
  )
    return event;
  const result = await context.fetchResult(event.taskId, signal).catch(() => undefined);
  return result === undefined ? event : { ...event, result };
}

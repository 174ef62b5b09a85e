import type { FunctionEnded } from "../../contract/operations/submit.ts";
import type { StackActivity } from "../../contract/operations/dev.ts";
import { createChannel } from "../channel.ts";

/** Knows of a stack in this process which invocations ended without an answer: the record learns of it much later. */
export interface Crashes {
  onActivity(activity: StackActivity): void;
  /** Told of invocations that `began` named, in their order. */
  listen(tell: (crash: FunctionEnded) => void): void;
  /** An attempt of the task is at work in this invocation. */
  began(requestId: string): void;
}

export function createCrashes(): Crashes {
  const known = new Set<string>();
  const early = new Map<string, FunctionEnded>();
  let tell: (crash: FunctionEnded) => void = () => {};
  return {
    onActivity(activity) {
      if (activity.type !== "invocation" || activity.state !== "ended" || activity.error === undefined) return;
      const { at, name, requestId, error } = activity;
      const crash: FunctionEnded = { type: "function-ended", at, name, requestId, error };
      if (known.has(requestId)) tell(crash);
      else early.set(requestId, crash);
    },
    listen: (listener) => void (tell = listener),
    began(requestId) {
      known.add(requestId);
      const crash = early.get(requestId);
      if (crash) tell(crash);
    },
  };
}

/** Tells a followed task's events, and between them how its attempts' functions ended that could not say so themselves. */
export async function* withCrashes<Event extends { type: string }, Result>(
  source: AsyncGenerator<Event, Result>,
  crashes: Crashes,
): AsyncGenerator<Event | FunctionEnded, Result> {
  const channel = createChannel<Event | FunctionEnded>();
  crashes.listen(channel.push);
  const result = pump(source, (event) => {
    channel.push(event);
    if (isStart(event)) crashes.began(event.requestId);
  });
  result.then(
    () => channel.close(),
    (error: unknown) => channel.close(error),
  );
  yield* channel;
  return await result;
}

async function pump<Event, Result>(
  source: AsyncGenerator<Event, Result>,
  push: (event: Event) => void,
): Promise<Result> {
  for (;;) {
    const step = await source.next();
    if (step.done) return step.value;
    push(step.value);
  }
}

const isStart = (event: { type: string }): event is { type: "started"; requestId: string } =>
  event.type === "started" && "requestId" in event;

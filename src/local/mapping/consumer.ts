import { AwsError, type LocalContext } from "../context.ts";
import type { FunctionHost, InvokeResult, MessageSource, SourceMessage } from "../interfaces.ts";
import { readBatchResult } from "./batch-result.ts";
import { createCollector, type Collector } from "./collector.ts";
import { createConcurrencyLimit } from "./concurrency.ts";
import { eventText } from "./event.ts";
import type { MappingSettings } from "./validate.ts";

export interface ConsumerOptions {
  host: FunctionHost;
  source: MessageSource;
  functionName: string;
  settings: MappingSettings;
}

/** Moves messages from one queue into one function, as fast as its concurrency allows. */
export interface Consumer {
  running(): number;
  /** Receives no more. When the stack is `closing`, what it interrupts goes back to the queue at once. */
  stop(closing?: boolean): void;
  /** Resolves when nothing is under way; only after `stop`. */
  idle(): Promise<void>;
}

const FIRST_THROTTLE_DELAY_MS = 100;
const MAX_THROTTLE_DELAY_MS = 10_000;
/** How soon a mapping looks again for a function that is not there. */
const MISSING_FUNCTION_DELAY_MS = 1000;

/** Subscribes to the queue: nothing polls, a message that becomes receivable is on its way at once. */
export function createConsumer(ctx: LocalContext, options: ConsumerOptions): Consumer {
  const { host, source, settings } = options;
  const stopped = new AbortController();
  const limit = createConcurrencyLimit(settings.maxConcurrency);
  let running = 0;
  let pumping = false;
  let stackCloses = false;
  let again: NodeJS.Timeout | undefined;
  const idleWaiters: (() => void)[] = [];

  const pumpLater = (ms: number) => {
    again ??= setTimeout(() => {
      again = undefined;
      pump();
    }, ms);
    again.unref();
  };

  const pump = () => {
    if (pumping || stopped.signal.aborted) return;
    if (!host.has(options.functionName)) return pumpLater(MISSING_FUNCTION_DELAY_MS);
    pumping = true;
    try {
      while (running < limit.now(running)) {
        const batch = collector.next();
        if (!batch) return;
        void work(batch);
      }
      // Without a cap of its own the limit grows with time, as AWS adds pollers.
      if (limit.grows) pumpLater(1000);
    } finally {
      pumping = false;
    }
  };

  const work = async ({ messages, records }: { messages: SourceMessage[]; records: string[] }) => {
    running += 1;
    const releases = messages.map((message) => source.hold(message.receiptHandle));
    try {
      const result = await invoke(messages, eventText(records));
      if (result) settle(messages, result);
    } catch (error) {
      ctx.emit({
        type: "warning",
        at: ctx.clock.now(),
        message: `A batch of ${source.name} could not be given to ${options.functionName}: ${error instanceof Error ? error.message : String(error)}`,
      });
    } finally {
      for (const release of releases) release();
      running -= 1;
      if (running === 0) for (const tell of idleWaiters.splice(0)) tell();
      pump();
    }
  };

  /** @returns undefined when the function stayed throttled until the first of the messages is visible again. */
  const invoke = async (messages: SourceMessage[], payload: string): Promise<InvokeResult | undefined> => {
    let delay = FIRST_THROTTLE_DELAY_MS;
    for (;;) {
      try {
        return await host.invoke(options.functionName, payload);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "TooManyRequestsException") throw error;
        const wait = (delay * (0.5 + ctx.random() / 2)) / ctx.speed;
        if (stopped.signal.aborted || ctx.clock.now() + wait >= deadline(messages, error)) return undefined;
        await ctx.clock.sleep(wait, stopped.signal).catch(() => {});
        delay = Math.min(delay * 2, MAX_THROTTLE_DELAY_MS);
      }
    }
  };

  const settle = (messages: SourceMessage[], result: InvokeResult) => {
    const verdict = readBatchResult(
      result,
      new Set(messages.map(({ messageId }) => messageId)),
      settings.reportBatchItemFailures,
    );
    for (const { messageId, receiptHandle } of messages) {
      if (verdict.failed !== "all" && !verdict.failed.has(messageId)) source.delete(receiptHandle);
      // The stack ended the invocation, not the function: the next run of the stack shall not wait for the visibility.
      else if (stackCloses && verdict.failed === "all") source.changeVisibility(receiptHandle, 0);
      // Any other failed message waits out its visibility timeout, or what the function set it to.
    }
  };

  const collector: Collector = createCollector(ctx, source, settings, pump);
  const unsubscribe = source.onAvailable(pump);
  pump();

  return {
    running: () => running,
    stop(closing = false) {
      stackCloses ||= closing;
      if (stopped.signal.aborted) return;
      unsubscribe();
      clearTimeout(again);
      collector.stop();
      stopped.abort();
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };
}

/**
 * Until when a throttled batch is tried again. A full concurrency is freed by functions at work, whose time is never
 * scaled: fast time must not use up the receives of what merely waits for them. A rate limit comes of a fault, and passes
 * as fast as time runs.
 */
function deadline(messages: SourceMessage[], throttle: AwsError): number {
  const time = throttle.members["Reason"] === "CallerRateLimitExceeded" ? "scaled" : "real";
  return Math.min(...messages.map(({ visibleAt }) => visibleAt[time]));
}

import { PipelineError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { DeadLetterQueueShown, DlqListEvent } from "../../contract/operations/dlq.ts";
import type { QueuePort } from "../../contract/queue.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { enterLetters, type KnownQueue, known, type LettersChoice, lettersFlags, targetOf } from "./letters.ts";

export interface ListInput {
  choice: LettersChoice;
  /** Every dead-letter queue of the account and region. */
  all: boolean;
}

/** A dead-letter queue with the queues that name it. */
interface Found {
  deadLetterQueue: KnownQueue;
  sources: string[];
}

/** Queues asked at a time. */
const LANES = 10;

/** Shows dead-letter queues and what is in them, without receiving anything. */
export async function* listDeadLetterQueues(input: ListInput, place: Workplace): AsyncGenerator<DlqListEvent> {
  const { choice, all } = input;
  const opened = all ? await openAll(choice, place) : yield* openOne(choice, place);
  try {
    const { queue, found } = opened;
    const ages = await read(() => queue.oldest(found.map(({ deadLetterQueue }) => deadLetterQueue.name)));
    let letters = 0;
    for (let start = 0; start < found.length; start += LANES) {
      const shown = await Promise.all(found.slice(start, start + LANES).map((one) => show(one, queue, ages)));
      for (const { depth } of shown) letters += depth.visible + depth.inFlight + depth.delayed;
      yield* shown;
    }
    const command = `${invocation(place.installation, place.cwd)} dlq inspect`;
    yield {
      type: "summary",
      operation: "dlq-list",
      exitCode: EXIT.completed,
      queues: found.length,
      letters,
      ...(letters === 0
        ? {}
        : { inspect: `${command}${lettersFlags({ ...choice, ...(all ? { queue: "NAME" } : {}) })}` }),
    };
  } finally {
    await opened.close();
  }
}

interface Opened {
  queue: QueuePort;
  found: Found[];
  close(): Promise<void>;
}

async function* openOne(choice: LettersChoice, place: Workplace): AsyncGenerator<DlqListEvent, Opened> {
  const { queue, deadLetterQueue, sources, close } = yield* enterLetters(choice, place, { change: false });
  return { queue, found: [{ deadLetterQueue, sources: sources.map(({ name }) => name) }], close };
}

/** Finds every queue that another one names in its redrive policy. */
async function openAll(choice: LettersChoice, place: Workplace): Promise<Opened> {
  const { queue, close } = await place.services.openQueues(await targetOf(choice, place));
  try {
    const urls: string[] = [];
    for await (const url of queue.list()) urls.push(url);
    const queues: KnownQueue[] = [];
    for (let start = 0; start < urls.length; start += LANES)
      queues.push(...(await Promise.all(urls.slice(start, start + LANES).map((url) => known(queue, url)))));
    const byTarget = Map.groupBy(queues, ({ deadLetterQueue }) => deadLetterQueue);
    const found = queues.flatMap((deadLetterQueue) => {
      const sources = byTarget.get(deadLetterQueue.id);
      return sources ? [{ deadLetterQueue, sources: sources.map(({ name }) => name) }] : [];
    });
    return {
      queue,
      found: found.toSorted((a, b) => a.deadLetterQueue.name.localeCompare(b.deadLetterQueue.name)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Answer<T> = { value: T } | { reason: string };

/** @returns what was read, or why it could not be: what is unknown about one thing is no reason to hide the rest. */
async function read<T>(reading: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await reading() };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { reason: error.message };
  }
}

async function show(
  { deadLetterQueue, sources }: Found,
  queue: QueuePort,
  ages: Answer<ReadonlyMap<string, number>>,
): Promise<DeadLetterQueueShown> {
  const { name, queue: url, fifo, retentionSeconds } = deadLetterQueue;
  const [depth, moves] = await Promise.all([
    queue.stats(url),
    read(async () => (queue.move ? queue.move.list(url) : [])),
  ]);
  const empty = depth.visible + depth.inFlight + depth.delayed === 0;
  const move = "value" in moves ? moves.value.find(({ status }) => /RUNNING|CANCELLING/.test(status)) : undefined;
  const unknown: DeadLetterQueueShown["unknown"] = "reason" in moves ? { move: moves.reason } : {};
  const oldest = empty ? undefined : "value" in ages ? ages.value.get(name) : undefined;
  if (!empty && oldest === undefined)
    unknown.oldest = "reason" in ages ? ages.reason : "nobody measured the age of its messages in the last 15 minutes";
  if (!empty && (oldest === undefined || retentionSeconds === undefined))
    unknown.expiry = unknown.oldest ?? "the service does not say how long it keeps messages";
  return {
    type: "dead-letter-queue",
    name,
    queue: url,
    fifo,
    sources,
    depth,
    ...(oldest === undefined ? {} : { oldestSeconds: oldest }),
    ...(oldest === undefined || retentionSeconds === undefined
      ? {}
      : { expiresInSeconds: Math.max(0, retentionSeconds - oldest) }),
    ...(move ? { move } : {}),
    unknown,
  };
}

import { EXIT } from "../../contract/exit.ts";
import type { DeadLetter, DlqListEvent, DlqListSummary } from "../../contract/operations/dlq.ts";
import type { TaskReader } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { causeOf, kindOf } from "./cause.ts";
import { enterLetters, type LettersChoice, lettersFlags } from "./letters.ts";
import { peek, taskOf } from "./peek.ts";

/** Shows what lies in the dead-letter queue, each message with why its task failed. */
export async function* listDeadLetters(
  input: { choice: LettersChoice; limit: number },
  place: Workplace,
): AsyncGenerator<DlqListEvent> {
  const { queue, stage, deadLetterQueue, close } = yield* enterLetters(input.choice, place, { change: false });
  try {
    const deadLetterQueueUrl = deadLetterQueue.queue;
    const stats = await queue.stats(deadLetterQueueUrl);
    const messages = await peek(queue, deadLetterQueueUrl, input.limit, place.signal);
    const letters = await inBatches(messages, 10, (message) => letterOf(message, stage?.reader));
    yield* letters;
    const depth = stats.visible + stats.inFlight + stats.delayed;
    yield {
      type: "summary",
      operation: "dlq-list",
      exitCode: EXIT.completed,
      queue: deadLetterQueueUrl,
      // The count is approximate on AWS; what was seen is certain.
      depth: Math.max(depth, letters.length),
      shown: letters.length,
      causes: causesOf(letters),
      ...(letters.length > 0
        ? { redrive: `${invocation(place.installation, place.cwd)} dlq redrive${lettersFlags(input.choice)}` }
        : {}),
    };
  } finally {
    await close();
  }
}

async function letterOf(message: LeasedMessage, reader: TaskReader | undefined): Promise<DeadLetter> {
  const task = taskOf(message.body);
  const record = reader && task.taskId ? await reader.get(task.taskId) : undefined;
  const error = record ? record.error : (causeOf(message) ?? (reader ? undefined : kindOf(message)));
  return {
    type: "letter",
    messageId: message.messageId,
    ...task,
    sentAt: new Date(message.sentAt).toISOString(),
    attempts: record
      ? record.attempts.filter(({ generation }) => generation === record.generation).length
      : message.receiveCount - 1,
    ...(error ? { error } : {}),
  };
}

function causesOf(letters: DeadLetter[]): DlqListSummary["causes"] {
  const causes = new Map<string, DlqListSummary["causes"][number]>();
  for (const { error } of letters) {
    const key = error?.fingerprint ?? "unknown";
    const known = causes.get(key);
    if (known) known.count++;
    else
      causes.set(key, {
        fingerprint: key,
        name: error?.name ?? "unknown",
        message: error?.message ?? "no record tells why",
        count: 1,
      });
  }
  return [...causes.values()].toSorted((a, b) => b.count - a.count);
}

async function inBatches<T, R>(items: T[], size: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += size) {
    results.push(...(await Promise.all(items.slice(start, start + size).map(map))));
  }
  return results;
}

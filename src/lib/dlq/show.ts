import { namesAndFlags, shellWord } from "../../contract/shell-word.ts";
import { counted } from "../../contract/counted.ts";
import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { DeadLetterShown, DlqShowEvent, ScanProgress, ScanTold } from "../../contract/operations/dlq.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import type { TaskRecord } from "../../contract/record.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { asText } from "./export.ts";
import { isNamed } from "./filter.ts";
import { letterOfMessage, letterOfRecord, lookupOne } from "./groups.ts";
import { enterLetters, type Letters, type LettersChoice, lettersFlags } from "./letters.ts";
import { taskOf } from "./peek.ts";
import { scanMessages } from "./scan.ts";

/** Shows all that is known of one dead letter: by its task's record, or by looking for the message. */
export async function* showLetter(
  input: { choice: LettersChoice; id: string; scan: boolean },
  place: Workplace,
): AsyncGenerator<DlqShowEvent> {
  const letters = yield* enterLetters(input.choice, place, { change: false });
  try {
    const record = await letters.stage?.reader.get(input.id);
    let scan: ScanTold | undefined;
    if (record?.status === "deadlettered" && !input.scan) {
      yield letterOfRecordShown(record);
    } else {
      const found = yield* lookFor(input.id, letters, place);
      scan = found.scan;
      yield await letterShown(found.message, letters);
    }
    const command = invocation(place.installation, place.cwd);
    const flags = lettersFlags(input.choice);
    yield {
      type: "summary",
      operation: "dlq-show",
      exitCode: EXIT.completed,
      id: input.id,
      ...(scan ? { scan } : {}),
      next: record
        ? [
            `${command} dlq redrive --task ${shellWord(input.id)}${flags}`,
            `${command} tasks show${namesAndFlags([input.id], flags)}`,
          ]
        : [],
    };
  } finally {
    await letters.close();
  }
}

/** @returns a dead letter as its task's record tells of it. */
export function letterOfRecordShown(record: TaskRecord): DeadLetterShown {
  const { taskId } = record.task;
  const { cause } = letterOfRecord({ ...record, taskId, prompt: record.task.prompt });
  return {
    type: "letter-detail",
    taskId,
    body: JSON.stringify(record.task),
    attributes: {},
    system: {},
    sentAt: record.acceptedAt,
    cause,
    attempts: record.attempts,
  };
}

/** @returns a dead letter as its message tells of it, and its task's record where there is one. */
export async function letterShown(
  message: LeasedMessage,
  { stage, deadLetterQueue }: Letters,
): Promise<DeadLetterShown> {
  const letter = await letterOfMessage(message, stage && lookupOne(stage.reader));
  const record = stage && letter.taskId !== undefined ? await stage.reader.get(letter.taskId) : undefined;
  const { retentionSeconds } = deadLetterQueue;
  return {
    type: "letter-detail",
    messageId: message.messageId,
    ...(letter.taskId === undefined ? {} : { taskId: letter.taskId }),
    body: message.body,
    attributes: asText(message.attributes),
    system: message.system,
    sentAt: letter.sentAt,
    receiveCount: message.receiveCount,
    ...(retentionSeconds === undefined
      ? {}
      : { expiresAt: new Date(message.sentAt + retentionSeconds * 1000).toISOString() }),
    cause: letter.cause,
    ...(record ? { attempts: record.attempts } : {}),
  };
}

/** Receives until the message comes by. @throws AbortError `LETTER_NOT_FOUND`, `LETTER_AMBIGUOUS`. */
export async function* lookFor(
  id: string,
  { queue, deadLetterQueue }: Letters,
  place: Workplace,
): AsyncGenerator<ScanProgress, { message: LeasedMessage; scan: ScanTold }> {
  const found: LeasedMessage[] = [];
  const isMeant = ({ messageId, body }: LeasedMessage) => isNamed({ messageId, ...taskOf(body) }, id);
  const see = (messages: LeasedMessage[]) => {
    found.push(...messages.filter(isMeant));
    return found.some(({ messageId, body }) => messageId === id || taskOf(body).taskId === id);
  };
  const told = yield* scanMessages({ queue, deadLetterQueue, clock: place.clock, signal: place.signal, see });
  const { seen, about: _about, ...scan } = told;
  const exact = found.find(({ messageId, body }) => messageId === id || taskOf(body).taskId === id);
  const message = exact ?? found[0];
  if (message && (exact || found.length === 1)) return { message, scan };
  throw new AbortError(
    message
      ? `${found.length} dead letters begin with ${id}.`
      : `There is no dead letter ${id} among the ${counted(seen, "that was", "that were")} seen.`,
    {
      code: message ? "LETTER_AMBIGUOUS" : "LETTER_NOT_FOUND",
      where: deadLetterQueue.queue,
      hint: message
        ? found.slice(0, 10).map(({ messageId }) => messageId)
        : "Name a task or a message as `dlq inspect --letters` shows it; another reader may hold it just now.",
    },
  );
}

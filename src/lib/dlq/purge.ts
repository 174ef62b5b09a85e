import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { DlqPurgeEvent, PurgeProgress } from "../../contract/operations/dlq-change.ts";
import { createChannel } from "../channel.ts";
import { invocation } from "../installation.ts";
import { interruptedExit } from "../interrupt.ts";
import { withRetries } from "../mover/retry.ts";
import type { Workplace } from "../services.ts";
import { namesAndFlags } from "../../contract/shell-word.ts";
import { createExport, type Export } from "./export.ts";
import { letterOfMessage, readRecords } from "./groups.ts";
import { enterLetters, type Letters, type LettersChoice, lettersFlags } from "./letters.ts";
import { giveBack } from "./peek.ts";
import { stateFolder } from "./state-folder.ts";

export interface PurgeInput {
  choice: LettersChoice;
  /** False: without a copy. Absent: with one, in a file that is named after queue and time. */
  backup?: string | false;
  /** What the user calls the queue that is to be emptied, where it is not asked for. */
  queueName?: string;
}

const LEASE_SECONDS = 120;
const LANES = 10;
const PROGRESS_MS = 200;
/** What is written is also removed, when the command is told to stop. */
const WHOLE = new AbortController().signal;

/**
 * Empties a dead-letter queue. With a backup, which is the default, each message is written to a file first and removed only
 * when it lies on the disk: what others hold, or what comes meanwhile, is never removed unseen. Without one the service
 * deletes all at once.
 */
export async function* purge(input: PurgeInput, place: Workplace): AsyncGenerator<DlqPurgeEvent> {
  const { clock, signal } = place;
  const letters = yield* enterLetters(input.choice, place, { change: true });
  try {
    const { queue, deadLetterQueue } = letters;
    const { name } = deadLetterQueue;
    if (input.queueName !== undefined && input.queueName !== name) throw otherQueue(input.queueName, name);
    const count = await depthOf(letters);
    const path = input.backup === false ? undefined : await backupPath(input.backup, letters, place);
    yield { type: "plan", place: letters.place, name, count, ...(path === undefined ? {} : { backup: path }) };
    const began = clock.now();
    let removed = 0;
    if (path !== undefined && count > 0) removed = yield* drain(letters, path, count, place);
    else if (path === undefined) {
      await queue.purge(deadLetterQueue.queue);
      removed = count;
    }
    yield {
      type: "summary",
      operation: "dlq-purge",
      exitCode: signal.aborted ? interruptedExit(signal) : EXIT.completed,
      queue: deadLetterQueue.queue,
      name,
      removed,
      left: path === undefined ? 0 : await depthOf(letters),
      ...(path === undefined || removed === 0
        ? {}
        : {
            backup: path,
            restore: `${invocation(place.installation, place.cwd)} dlq import${namesAndFlags([path], lettersFlags(input.choice))}`,
          }),
      elapsedMs: clock.now() - began,
    };
  } finally {
    await letters.close();
  }
}

async function depthOf({ queue, deadLetterQueue }: Letters): Promise<number> {
  const { visible, inFlight, delayed } = await queue.stats(deadLetterQueue.queue);
  return visible + inFlight + delayed;
}

async function backupPath(named: string | undefined, letters: Letters, place: Workplace): Promise<string> {
  if (named !== undefined) return resolve(place.cwd, named);
  const folder = await stateFolder(letters.stage !== undefined, place);
  const time = new Date(place.clock.now()).toISOString().slice(0, 19).replaceAll(":", "");
  return join(folder, "backups", `${letters.deadLetterQueue.name}-${time}Z.ndjson`);
}

/** Receives, writes down, removes; until the queue has nothing more to give. @returns how many were removed. */
async function* drain(
  { queue, deadLetterQueue, stage }: Letters,
  path: string,
  about: number,
  place: Workplace,
): AsyncGenerator<PurgeProgress, number> {
  const { clock, signal } = place;
  const began = clock.now();
  const lookup = stage && (await readRecords(stage.reader)).lookup;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file: Export = await createExport(path, deadLetterQueue.id, place);
  const done = createChannel<number>();
  const url = deadLetterQueue.queue;
  const lane = async () => {
    while (!signal.aborted) {
      const messages = await queue.lease(url, {
        max: queue.limits.batchEntries,
        seconds: LEASE_SECONDS,
        waitSeconds: 1,
        signal: WHOLE,
      });
      if (messages.length === 0) return;
      const leases = messages.map(({ lease }) => lease);
      try {
        for (const message of messages) file.add(message, (await letterOfMessage(message, lookup)).cause);
        await file.flush();
        await file.sync();
      } catch (error) {
        await giveBack(queue, url, leases);
        throw error;
      }
      done.push(await removeAll(leases));
    }
  };
  const removeAll = async (leases: string[]) => {
    let open = leases;
    let removed = 0;
    await withRetries(
      async () => {
        const answers = await queue.remove(url, open);
        removed += answers.filter((answer) => "ok" in answer).length;
        open = open.filter((_, index) => {
          const answer = answers[index];
          return answer !== undefined && "failure" in answer && answer.failure.retryable;
        });
        return { done: open.length === 0, value: undefined };
      },
      { clock, random: Math.random, signal: WHOLE },
    );
    return removed;
  };
  let removed = 0;
  let told = -Infinity;
  const running = Promise.allSettled(Array.from({ length: LANES }, lane)).then((outcomes) => {
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    done.close(failed?.reason);
  });
  try {
    for await (const more of done) {
      removed += more;
      if (clock.now() - told < PROGRESS_MS) continue;
      told = clock.now();
      yield { type: "purge", removed, about, ms: told - began };
    }
  } finally {
    await running;
    await file.close();
  }
  return removed;
}

function otherQueue(given: string, name: string): UsageError {
  return new UsageError(`The queue that would be emptied is ${name}, not ${given}.`, {
    code: "QUEUE_NAME_DIFFERS",
    where: "--queue-name",
    hint: `If ${name} is meant, say so: --queue-name ${name}`,
  });
}

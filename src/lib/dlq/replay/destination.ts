import { AbortError, UsageError } from "../../../contract/errors.ts";
import { LOCAL_STAGE, STAGE_PATTERN } from "../../../contract/names.ts";
import type { StageShown } from "../../../contract/operations/shared.ts";
import type { StageClient } from "../../../contract/ports.ts";
import type { QueuePort } from "../../../contract/queue.ts";
import type { Workplace } from "../../services.ts";
import { enterStageForChange } from "../../tasks.ts";
import { type KnownQueue, known, type Letters, type LettersChoice } from "../letters.ts";
import { findRoutes } from "../routes.ts";

/** Where replayed letters go. */
export interface Destination {
  queue: KnownQueue;
  /** Leases and deletes where the letters are, sends where they go. */
  port: QueuePort;
  /** Set when it is the queue of a stage, whose worker takes tasks only. */
  stage?: StageClient;
  /** That stage is another one than the letters'. */
  elsewhere: boolean;
  close(): Promise<void>;
}

/**
 * @param to a queue (name, URL or ARN) or a stage of the same app; absent: where the letters came from.
 * @throws AbortError `QUEUE_NOT_FOUND`, `SEVERAL_SOURCES`, and what finding routes and opening a stage throws.
 */
export async function* findDestination(
  letters: Letters,
  to: string | undefined,
  choice: LettersChoice,
  place: Workplace,
): AsyncGenerator<StageShown, Destination> {
  const { stage, queue } = letters;
  const other = to === undefined ? undefined : await stageNamed(letters, to);
  if (other === undefined) {
    const routes = await findRoutes(letters, to, choice, place);
    const [only] = routes;
    if (!only || routes.length > 1) throw severalSources(letters);
    const own = stage && only.destination.queue === stage.outputs.queueUrl ? { stage } : {};
    return { queue: only.destination, port: queue, ...own, elsewhere: false, close: async () => undefined };
  }
  const { queue: _queue, ...flags } = choice;
  // The local stage is this project's, wherever the letters are.
  const there = other === LOCAL_STAGE ? { stage: other } : { ...flags, stage: other };
  const opened = yield* enterStageForChange(there, place);
  const { client } = opened;
  try {
    return {
      queue: await known(client.queue, client.outputs.queueUrl),
      port: { ...queue, send: (url, entries) => client.queue.send(url, entries) },
      stage: client,
      elsewhere: true,
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** @returns the stage's name, when that is meant: a queue of that name goes first. */
async function stageNamed({ stage, queue }: Letters, to: string): Promise<string | undefined> {
  if (!stage || !STAGE_PATTERN.test(to)) return undefined;
  if (to === stage.ref.stage) {
    throw new UsageError(`The letters are of the stage ${to}: they go back to it without --to.`, {
      code: "SAME_STAGE",
      where: "--to",
      hint: "Leave --to out, or name another stage or a queue.",
    });
  }
  try {
    await queue.find(to);
    return undefined;
  } catch (error) {
    if (error instanceof AbortError && error.code === "QUEUE_NOT_FOUND") return to;
    throw error;
  }
}

function severalSources({ deadLetterQueue, sources }: Letters): AbortError {
  return new AbortError(`${deadLetterQueue.name} holds dead letters of several queues: say which one they go to.`, {
    code: "SEVERAL_SOURCES",
    where: "--to",
    hint: sources.map(({ name }) => `--to ${name}`),
  });
}

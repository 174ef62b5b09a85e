import { shellWord } from "../../contract/shell-word.ts";
import { AbortError, UsageError } from "../../contract/errors.ts";
import type { QueueShown } from "../../contract/operations/dlq.ts";
import type { StageShown } from "../../contract/operations/shared.ts";
import type { QueueFunctions, QueueTarget, StageClient } from "../../contract/ports.ts";
import type { QueueDescription, QueuePort } from "../../contract/queue.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { requireRunning, type StageChoice } from "../stage.ts";
import { stageFlags, stageWords } from "../stage-choice.ts";
import { enterStageForChange, enterStageForReading } from "../tasks.ts";

/** Which dead letters are meant: those of a stage, or those of any queue. */
export interface LettersChoice extends StageChoice {
  /** A dead-letter queue, or a queue that has one: its name, URL or ARN. */
  queue?: string;
}

export interface KnownQueue extends QueueDescription {
  /** What the port's calls take. */
  queue: string;
}

/** Dead letters, and where they came from. */
export interface Letters {
  queue: QueuePort;
  deadLetterQueue: KnownQueue;
  /** One, unless several queues share the dead-letter queue. Empty when `anyQueue` was allowed and none does. */
  sources: KnownQueue[];
  /** Set where the queues need not be a stage's: the functions behind them, whose logs may tell why. */
  functions?: QueueFunctions;
  /** Set on a stage: its records tell why. */
  stage?: StageClient;
  /** Where they lie, on one line, for questions and messages. */
  place: string;
  close(): Promise<void>;
}

interface Entering {
  /** Something is to be changed: then the stage is named first, also when it is the local one. */
  change: boolean;
  /** Also a queue that is no dead-letter queue, as the user says where its messages go. */
  anyQueue?: boolean;
}

/**
 * Opens the dead letters that were asked for, and tells where they are.
 *
 * @throws AbortError `QUEUE_NOT_FOUND`, `NO_DEAD_LETTER_QUEUE`, `DEAD_LETTER_QUEUE_MISSING`, and what opening a stage throws.
 */
export async function* enterLetters(
  choice: LettersChoice,
  place: Workplace,
  entering: Entering,
): AsyncGenerator<StageShown | QueueShown, Letters> {
  if (choice.queue !== undefined) return yield* enterQueue({ ...choice, queue: choice.queue }, place, entering);
  const enter = entering.change ? enterStageForChange : enterStageForReading;
  const stage = yield* enter(choice, place);
  try {
    return { ...(await lettersOfStage(stage.client)), close: () => stage.close() };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** @returns the dead letters of a stage that is open; closing it is its opener's. */
export async function lettersOfStage(client: StageClient): Promise<Letters> {
  const { outputs, ref, queue } = client;
  const [deadLetterQueue, source] = await Promise.all(
    [outputs.deadLetterQueueUrl, outputs.queueUrl].map((url) => known(queue, url)),
  );
  if (!deadLetterQueue || !source) throw new Error("A stage has two queues.");
  return {
    queue,
    deadLetterQueue,
    sources: [source],
    stage: client,
    place: `stage ${ref.stage} of ${ref.app}, account ${ref.account}, region ${ref.region}`,
    close: async () => undefined,
  };
}

async function* enterQueue(
  choice: LettersChoice & { queue: string },
  place: Workplace,
  { anyQueue = false }: Entering,
): AsyncGenerator<QueueShown, Letters> {
  const client = await place.services.openQueues(await targetOf(choice, place));
  const { queue, endpoint } = client;
  try {
    const { deadLetterQueue, sources } = await resolve(queue, choice, place, anyQueue);
    const { name, account, region } = deadLetterQueue;
    yield {
      type: "queue",
      name,
      queue: deadLetterQueue.queue,
      fifo: deadLetterQueue.fifo,
      account,
      region,
      ...(endpoint ? { endpoint } : {}),
      sources: sources.map((source) => source.name),
    };
    const where = endpoint ?? `account ${account}, region ${region}`;
    const { functions } = client;
    return {
      queue,
      deadLetterQueue,
      sources,
      functions,
      place: `queue ${name}, ${where}`,
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** @returns where a queue is looked for: the AWS SDK's place, or the running local stack where that is named. */
export async function targetOf(choice: LettersChoice, place: Workplace): Promise<QueueTarget> {
  const { queue, stage, app, profile, region, endpointUrl } = choice;
  if (app !== undefined || (stage !== undefined && stage !== LOCAL_STAGE)) {
    throw new UsageError("--queue names a queue of any account; it cannot be joined with a stage or an app.", {
      code: "FLAGS_EXCLUDE",
      where: app === undefined ? "--stage" : "--app",
      hint: "Say where the queue is with --profile and --region, or leave --queue out to work on the stage.",
    });
  }
  return {
    ...(queue === undefined ? {} : { named: queue }),
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(stage === LOCAL_STAGE && endpointUrl === undefined ? { endpoint: (await requireRunning(place)).endpoint } : {}),
  };
}

/** @returns a queue with what it says of itself. */
export async function known(queue: QueuePort, name: string): Promise<KnownQueue> {
  return { queue: name, ...(await queue.describe(name)) };
}

/** Finds both ends of the road to the dead-letter queue, whichever of them was named. */
async function resolve(
  queue: QueuePort,
  choice: LettersChoice & { queue: string },
  place: Workplace,
  anyQueue: boolean,
): Promise<Pick<Letters, "deadLetterQueue" | "sources">> {
  const named = await known(queue, await queue.find(choice.queue));
  const sources = await queue.sources(named.queue);
  const { deadLetterQueue } = named;
  if (sources.length > 0 || (anyQueue && deadLetterQueue === undefined)) {
    return { deadLetterQueue: named, sources: await Promise.all(sources.map((source) => known(queue, source))) };
  }
  if (deadLetterQueue === undefined) {
    throw new AbortError(`${named.name} is no dead-letter queue and has none: no queue names it in a redrive policy.`, {
      code: "NO_DEAD_LETTER_QUEUE",
      where: named.queue,
      hint: [
        `See the dead-letter queues that there are: ${invocation(place.installation, place.cwd)} dlq list --all${stageFlags(choice)}`,
        "To move its messages all the same, say where to: dlq redrive --queue NAME --to QUEUE",
      ],
    });
  }
  const target = await queue.find(deadLetterQueue).catch((error: unknown) => {
    if (!(error instanceof AbortError)) throw error;
    throw new AbortError(`${named.name} sends its dead letters to a queue that does not exist: ${deadLetterQueue}.`, {
      code: "DEAD_LETTER_QUEUE_MISSING",
      where: named.queue,
      hint: "Make that queue, or name another in the redrive policy: until then no message can leave the queue.",
      cause: error,
    });
  });
  const [letters, others] = await Promise.all([known(queue, target), queue.sources(target)]);
  const all = await Promise.all(others.filter((other) => other !== named.queue).map((other) => known(queue, other)));
  return { deadLetterQueue: letters, sources: [named, ...all] };
}

/** @returns the words that name the same letters again. */
export function lettersWords(choice: LettersChoice): string[] {
  return [...(choice.queue === undefined ? [] : ["--queue", choice.queue]), ...stageWords(choice)];
}

/** @returns the flags that name the same letters again, with a space before each. */
export function lettersFlags(choice: LettersChoice): string {
  return lettersWords(choice)
    .map((word) => ` ${shellWord(word)}`)
    .join("");
}

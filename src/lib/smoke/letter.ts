import { AuthorizationError } from "../../contract/errors.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { thousands } from "../../contract/thousands.ts";
import { lettersOfStage } from "../dlq/letters.ts";
import { taskOf } from "../dlq/peek.ts";
import { scanMessages } from "../dlq/scan.ts";
import type { Workplace } from "../services.ts";

/** More letters than these are not received for the sake of one: others wait for them. */
const MOST = 100;
/** A message joins the dead letters at its next receive, a moment after its task has ended. */
const ARRIVES_MS = 3_000;
const PAUSE_MS = 200;
const STAYS = "its dead letter stays in the dead-letter queue";

/**
 * Takes the dead letter of a canary out of the dead-letter queue.
 *
 * @returns what became of it, for a person.
 */
export async function takeLetter(taskId: string, client: StageClient, place: Workplace): Promise<string> {
  try {
    return await take(taskId, client, place);
  } catch (error) {
    // Who runs a canary need not be permitted to receive dead letters.
    if (!(error instanceof AuthorizationError)) throw error;
    return `${STAYS}: a redrive drops it (${error.message.replace(/\.$/, "")})`;
  }
}

async function take(taskId: string, client: StageClient, place: Workplace): Promise<string> {
  const { clock } = place;
  const letters = await lettersOfStage(client);
  const { queue, deadLetterQueue } = letters;
  const until = clock.now() + ARRIVES_MS;
  let about = 0;
  const isMine = ({ body }: LeasedMessage) => taskOf(body).taskId === taskId;
  do {
    const { visible, inFlight } = await queue.stats(deadLetterQueue.queue);
    about = visible + inFlight;
    if (about > MOST) break;
    let taken = false;
    const see = async (messages: LeasedMessage[]) => {
      const letter = messages.find(isMine);
      if (!letter) return false;
      const [answer] = await queue.remove(deadLetterQueue.queue, [letter.lease]);
      taken = answer !== undefined && "ok" in answer;
      return true;
    };
    // Cleaning up goes on after Ctrl-C.
    const { signal } = new AbortController();
    if (visible > 0) for await (const _ of scanMessages({ queue, deadLetterQueue, clock, signal, see }));
    if (taken) return "its dead letter too";
    await clock.sleep(PAUSE_MS);
  } while (clock.now() < until);
  return `${STAYS}${about > MOST ? ` among ${thousands(about)}` : ""}: a redrive drops it`;
}

import { counted } from "../../contract/counted.ts";
import { ExternalError } from "../../contract/errors.ts";
import type { MoveProgress } from "../../contract/operations/dlq-redrive.ts";
import type { MoveTask, QueuePort } from "../../contract/queue.ts";
import type { Workplace } from "../services.ts";

const POLL_MS = 250;
const SLOWEST_POLL_MS = 5000;

/**
 * Follows the service's own move task to its end.
 *
 * @returns the task as it was last seen; `RUNNING` when the signal was aborted: the service goes on.
 * @throws ExternalError `MOVE_FAILED`.
 */
export async function* followMove(
  native: NonNullable<QueuePort["move"]>,
  source: string,
  { clock, signal }: Workplace,
): AsyncGenerator<MoveProgress, Pick<MoveTask, "status" | "moved">> {
  const began = clock.now();
  let last: MoveTask | undefined;
  for (let pause = POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.5)) {
    // The newest comes first.
    const [move] = await native.list(source);
    last = move ?? last;
    if (last) {
      // ElasticMQ tells no number to move.
      const toMove = Math.max(last.toMove, last.moved);
      yield { type: "move", status: last.status, moved: last.moved, toMove, ms: clock.now() - began };
    }
    if (last && last.status !== "RUNNING" && last.status !== "CANCELLING") break;
    await clock.sleep(pause, signal).catch(() => undefined);
    if (signal.aborted) break;
  }
  const { status = "RUNNING", moved = 0 } = last ?? {};
  if (last?.status !== "FAILED") return { status, moved };
  throw new ExternalError(
    `The service gave up after ${counted(last.moved, "message")}: ${last.failureReason ?? "it does not say why"}.`,
    {
      code: "MOVE_FAILED",
      where: source,
      hint: "What was not moved is still in the dead-letter queue. Mend the cause and redrive again.",
    },
  );
}

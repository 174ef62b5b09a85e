import { PipelineError } from "../../../contract/errors.ts";
import type { StageClient } from "../../../contract/ports.ts";
import type { LeasedMessage } from "../../../contract/queue.ts";
import type { Move } from "../../mover/move.ts";
import { taskOf } from "../peek.ts";
import type { Change } from "./change.ts";
import type { Destination } from "./destination.ts";

/** Makes of letters what is sent, and remembers what was. */
export interface Sender {
  prepare: NonNullable<Move["prepare"]>;
  onSent: NonNullable<Move["onSent"]>;
  /** Tasks that were sent, with the last `seq` before. */
  sent: Map<string, number>;
}

/** @param from the letters' own stage, whose documents a task brings along when it goes to another. */
export function createSender(apply: Change, { stage, elsewhere }: Destination, from: StageClient | undefined): Sender {
  const before = new Map<string, number>();
  const sent = new Map<string, number>();

  async function prepare(message: LeasedMessage): Promise<LeasedMessage | { problem: string }> {
    const after = apply(message);
    if ("problem" in after || !stage) return after;
    const { taskId } = taskOf(after.body);
    if (taskId === undefined) return after;
    if (!elsewhere) await stage.control.markReplay(taskId, "replay");
    before.set(taskId, (await stage.reader.get(taskId))?.seq ?? 0);
    return elsewhere && from ? bringDocument(after, from, stage) : after;
  }

  return {
    prepare,
    onSent(messages) {
      for (const { body } of messages) {
        const { taskId } = taskOf(body);
        const seq = taskId === undefined ? undefined : before.get(taskId);
        if (taskId !== undefined && seq !== undefined) sent.set(taskId, seq);
      }
    },
    sent,
  };
}

/** A stage reads only its own buckets. */
async function bringDocument(
  message: LeasedMessage,
  from: StageClient,
  to: StageClient,
): Promise<LeasedMessage | { problem: string }> {
  const task: unknown = JSON.parse(message.body);
  if (typeof task !== "object" || task === null || !("documentReference" in task)) return message;
  if (typeof task.documentReference !== "string") return message;
  try {
    const documentReference = await to.documents.put(await from.documents.get(task.documentReference));
    return { ...message, body: JSON.stringify({ ...task, documentReference }) };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { problem: `its document cannot be brought along: ${error.message}` };
  }
}

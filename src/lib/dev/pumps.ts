import type { DevEvent } from "../../contract/operations/dev.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { RunningStack, Workplace } from "../services.ts";

type Push = (event: DevEvent) => void;

/** Tells what happens to all tasks, until the signal is aborted. */
export async function pumpTasks(client: StageClient, place: Workplace, push: Push): Promise<void> {
  try {
    for await (const event of client.follower.followAll({ signal: place.signal })) {
      if (event.type !== "connection") push(event);
    }
  } catch (error) {
    if (place.signal.aborted) return;
    // The stack itself lives on: its logs and functions are still worth watching.
    push({
      type: "warning",
      at: place.clock.now(),
      message: `Tasks cannot be followed: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

/** Tells the queues' depths once a second, when they have changed. */
export async function pumpDepths(
  client: StageClient,
  stack: RunningStack,
  place: Workplace,
  push: Push,
): Promise<void> {
  const { queueUrl, deadLetterQueueUrl } = client.outputs;
  let told = "";
  while (!place.signal.aborted) {
    try {
      const [queue, deadLetterQueue] = await Promise.all([
        client.queue.stats(queueUrl),
        client.queue.stats(deadLetterQueueUrl),
      ]);
      const depths = { queue, deadLetterQueue, connections: stack.connections() };
      const text = JSON.stringify(depths);
      if (text !== told) push({ type: "depths", at: place.clock.now(), ...depths });
      told = text;
    } catch {
      // The next second tells; a request that was cut by the end of the stack is nothing to report.
    }
    await place.clock.sleep(1000, place.signal).catch(() => undefined);
  }
}

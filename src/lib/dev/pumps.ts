import type { DevEvent } from "../../contract/operations/dev.ts";
import type { RunningStack, Workplace } from "../services.ts";

type Push = (event: DevEvent) => void;

/** Tells what happens to the tasks accepted after `since` (ISO 8601), until the signal is aborted. */
export async function pumpTasks(stack: RunningStack, since: string, place: Workplace, push: Push): Promise<void> {
  try {
    for await (const event of stack.followAll({ since, signal: place.signal })) {
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

/** Tells the queues' depths, and whether anything is taken from them, once a second when that has changed. */
export async function pumpDepths(stack: RunningStack, place: Workplace, push: Push): Promise<void> {
  let told = "";
  while (!place.signal.aborted) {
    const consumption = stack.consumption();
    const depths = { ...stack.depths(), ...(consumption ? { consumption } : {}) };
    const text = JSON.stringify(depths);
    if (text !== told) push({ type: "depths", at: place.clock.now(), ...depths });
    told = text;
    await place.clock.sleep(1000, place.signal).catch(() => undefined);
  }
}

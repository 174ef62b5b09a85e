import type { DevEvent } from "../../contract/operations/dev.ts";
import type { RunningStack, Workplace } from "../services.ts";

/** Tells the queues' depths, and whether anything is taken from them, once a second when that has changed. */
export async function pumpDepths(
  stack: RunningStack,
  place: Workplace,
  push: (event: DevEvent) => void,
): Promise<void> {
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

import { systemClock } from "../../../src/contract/clock.ts";
import { type LocalStack, startStack } from "../../../src/local/stack.ts";

/** A whole stack in memory, on a free port, in real time. */
export function startLocalStack(): Promise<LocalStack> {
  return startStack({
    port: 0,
    portRequired: false,
    speed: 1,
    faults: [],
    fresh: false,
    clock: systemClock,
    onEvent: () => {},
  });
}

import { systemClock } from "../../src/contract/clock.ts";
import { type LocalStack, type StackOptions, startStack } from "../../src/local/stack.ts";

/** The embedded stack on a free port, at the system's pace, in memory and without a project, but for what is asked for. */
export function startEmbeddedStack(options: Partial<StackOptions> = {}): Promise<LocalStack> {
  return startStack({
    port: 0,
    portRequired: false,
    speed: 1,
    faults: [],
    fresh: false,
    clock: systemClock,
    onEvent() {},
    ...options,
  });
}

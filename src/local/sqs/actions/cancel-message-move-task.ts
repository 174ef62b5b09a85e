import type { Call } from "../call.ts";
import { type Input, requiredText } from "../input.ts";

export function cancelMessageMoveTask(input: Input, { engine }: Call) {
  const task = engine.tasks.cancel(requiredText(input, "TaskHandle"));
  return { ApproximateNumberOfMessagesMoved: task.state.moved };
}

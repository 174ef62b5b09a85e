import type { Call } from "../call.ts";
import { invalidValue } from "../errors.ts";
import { type Input, integer, requiredText } from "../input.ts";
import { MAX_LISTED_TASKS } from "../limits.ts";
import type { MoveTaskState } from "../move-task.ts";
import { encodeTaskHandle } from "../move-tasks.ts";
import { queueByArn } from "./start-message-move-task.ts";

export function listMessageMoveTasks(input: Input, { engine }: Call) {
  const source = queueByArn(engine, requiredText(input, "SourceArn"), "SourceArn");
  const max = integer(input, "MaxResults") ?? 1;
  if (max < 1 || max > MAX_LISTED_TASKS) {
    throw invalidValue(max, "MaxResults", `Must be between 1 and ${MAX_LISTED_TASKS}, if provided.`);
  }
  engine.timer.run();
  return {
    Results: engine.tasks
      .list(source.arn)
      .slice(0, max)
      .map(({ state }) => render(state)),
  };
}

function render(state: MoveTaskState) {
  return {
    // Members that do not apply are left out by JSON.
    TaskHandle: state.status === "RUNNING" ? encodeTaskHandle(state) : undefined,
    Status: state.status,
    SourceArn: state.sourceArn,
    DestinationArn: state.destinationArn,
    MaxNumberOfMessagesPerSecond: state.rate,
    ApproximateNumberOfMessagesMoved: state.moved,
    ApproximateNumberOfMessagesToMove: state.toMove,
    FailureReason: state.failureReason,
    StartedTimestamp: state.startedAt,
  };
}

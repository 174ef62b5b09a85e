import type { Call } from "../call.ts";
import type { SqsEngine } from "../engine.ts";
import { invalidParameter, invalidValue, resourceNotFound } from "../errors.ts";
import { type Input, integer, requiredText, text } from "../input.ts";
import { MAX_MOVE_RATE } from "../limits.ts";
import { encodeTaskHandle } from "../move-tasks.ts";
import type { Queue } from "../queue.ts";

export function startMessageMoveTask(input: Input, { engine }: Call) {
  const source = queueByArn(engine, requiredText(input, "SourceArn"), "SourceArn");
  const destinationArn = text(input, "DestinationArn");
  const rate = integer(input, "MaxNumberOfMessagesPerSecond");
  if (rate !== undefined && (rate < 1 || rate > MAX_MOVE_RATE)) {
    throw invalidValue(rate, "MaxNumberOfMessagesPerSecond", `Must be between 1 and ${MAX_MOVE_RATE}, if provided.`);
  }
  if (engine.sourcesOf(source).length === 0)
    throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
  const destination = destinationArn === undefined ? undefined : queueByArn(engine, destinationArn, "DestinationArn");
  if (destination === source) throw invalidParameter("Source queue arn and destination queue arn must be different.");
  if (destination && destination.fifo !== source.fifo) {
    throw invalidParameter("The source queue and the destination queue must be of the same type.");
  }
  engine.timer.run();
  const task = engine.tasks.start(source, destination, rate, engine.now());
  return { TaskHandle: encodeTaskHandle(task.state) };
}

/** @throws ResourceNotFoundException that names the parameter. */
export function queueByArn(engine: SqsEngine, arn: string, parameter: "SourceArn" | "DestinationArn"): Queue {
  const queue = engine.queueByArn(arn);
  if (queue) return queue;
  throw resourceNotFound(`The resource that you specified for the ${parameter} parameter doesn't exist.`);
}

import { AbortError, PipelineError } from "../contract/errors.ts";
import type { StageRef } from "../contract/ports.ts";
import { invocation } from "./installation.ts";
import type { Workplace } from "./services.ts";
import type { StageChoice } from "./stage.ts";
import { stageFlags } from "./stage-choice.ts";

interface Looking {
  ref: StageRef;
  choice: StageChoice;
  place: Workplace;
}

/** @returns that a stage has no such task, with the way to those it has. */
export function unknownTask(taskId: string, { ref, choice, place }: Looking): AbortError {
  return new AbortError(`There is no task ${taskId} on stage ${ref.stage} of ${ref.app}.`, {
    code: "TASK_NOT_FOUND",
    where: ref.endpoint ?? `account ${ref.account}, region ${ref.region}`,
    hint: [
      `See those that are kept: ${invocation(place.installation, place.cwd)} tasks list${stageFlags(choice)}`,
      "Or name another stage: --stage NAME",
    ],
  });
}

/** Says the same of a task that the stage's API does not know, which speaks to its own callers. */
export async function knowing<T>(taskId: string, looking: Looking, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw isUnknown(error) ? unknownTask(taskId, looking) : error;
  }
}

/** The same for what is followed. */
export async function* followingKnown<T>(
  taskId: string,
  looking: Looking,
  source: AsyncIterable<T>,
): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    throw isUnknown(error) ? unknownTask(taskId, looking) : error;
  }
}

const isUnknown = (error: unknown) => error instanceof PipelineError && error.code === "TASK_NOT_FOUND";

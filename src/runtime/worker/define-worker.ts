import type { Json } from "../../contract/task.ts";
import { runtimeSettings } from "../settings.ts";
import type { WorkerContext, WorkerTask } from "./context.ts";
import { PermanentError } from "./errors.ts";
import type { WorkerHandler } from "./lambda.ts";
import { handleMessage } from "./message.ts";
import type { ParsedTask } from "./parse-task.ts";
import { createParts, type WorkerParts } from "./parts.ts";
import { describeIssue, type StandardSchemaV1 } from "./standard-schema.ts";

export interface WorkerDefinition<Input> {
  /** What a task's `input` must be, by any Standard Schema (zod, valibot, arktype); `run` gets what the schema makes of it. */
  input?: StandardSchemaV1<unknown, Input>;
  /**
   * Does the task. What it returns is the result (JSON). A throw is retried with backoff, unless it is a PermanentError or
   * an error by which a model or service refused (400, 401, 403, 404, 422).
   */
  run(task: WorkerTask<Input>, context: WorkerContext): unknown;
}

/**
 * @returns a Lambda handler for SQS batches: it validates, leases, retries, stores, streams and tells, and reports partial
 * batch failures. It throws only when the function's settings are broken.
 * @example
 * export const handler = defineWorker({
 *   async run(task, ctx) {
 *     const answer = await ctx.stream(ctx.model.stream(task.prompt));
 *     return { answer };
 *   },
 * });
 */
export function defineWorker<Input = Json | undefined>(definition: WorkerDefinition<Input>): WorkerHandler {
  let parts: WorkerParts | undefined;
  const work = async (parsed: ParsedTask, context: WorkerContext): Promise<unknown> => {
    if (parsed.error) throw parsed.error;
    return definition.run(await withInput(parsed.task, definition.input), context);
  };
  return async (event, lambda) => {
    const own = (parts ??= createParts(runtimeSettings()));
    const outcomes = await Promise.all(
      event.Records.map(async (record) => ({
        id: record.messageId,
        done: await handleMessage(record, lambda, own, work),
      })),
    );
    return { batchItemFailures: outcomes.filter(({ done }) => !done).map(({ id }) => ({ itemIdentifier: id })) };
  };
}

async function withInput<Input>(
  task: ParsedTask["task"],
  schema: StandardSchemaV1<unknown, Input> | undefined,
): Promise<WorkerTask<Input>> {
  const { input, ...rest } = task;
  if (!schema) return { ...rest, input: asGiven<Input>(input) };
  const result = await schema["~standard"].validate(input);
  if (result.issues) {
    const issues = result.issues.slice(0, 5).map((issue) => describeIssue("input", issue));
    throw new PermanentError(`The task's input is not valid: ${issues.join("; ")}.`, { code: "INVALID_INPUT" });
  }
  return { ...rest, input: result.value };
}

/** Without a schema `Input` is its default, the JSON as it came: the one place where the compiler must take our word. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the cast is the function's purpose
function asGiven<Input>(input: unknown): Input {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- without a schema the JSON is taken as it came
  return input as Input;
}

import { messageOf } from "../../../contract/errors.ts";
import { messageText, parseJson } from "../../../contract/json.ts";
import type { LeasedMessage, QueuePort } from "../../../contract/queue.ts";
import type { Json } from "../../../contract/task.ts";
import { thousands } from "../../../contract/thousands.ts";
import { sizeOf } from "../../mover/batches.ts";
import { taskOf } from "../peek.ts";
import { mergePatch } from "./merge-patch.ts";
import { applySetting, type Setting } from "./set-path.ts";

/** What is to be changed of a body: taken whole, then patched, then set, in this order. */
export interface BodyChange {
  body?: string;
  /** RFC 7396. */
  patch?: Json;
  set: Setting[];
}

/** @returns the message as it is sent, or why it cannot be. */
export type Change = (message: LeasedMessage) => LeasedMessage | { problem: string };

interface Bounds {
  /** It goes to a stage: then it must be a task. */
  task: boolean;
  /** It goes to another stage: whoever waits for the task's end there must not be told of this. */
  elsewhere: boolean;
  limits: QueuePort["limits"];
}

/** Problems of a body that are named. */
const NAMED = 5;

export async function createChange({ body, patch, set }: BodyChange, bounds: Bounds): Promise<Change> {
  const problemOf = bounds.task ? await createTaskCheck() : () => undefined;
  const isJson = bounds.task || patch !== undefined || set.length > 0;

  function changed(before: string): string {
    const text = body ?? before;
    if (!isJson) return text;
    let value = parsed(text);
    if (patch !== undefined) value = mergePatch(value, patch);
    for (const setting of set) value = applySetting(value, setting);
    if (bounds.elsewhere) value = mergePatch(value, { callbackUrl: null });
    // A body that is left as it is keeps its own way of writing.
    return JSON.stringify(value) === JSON.stringify(parsed(text)) ? text : messageText(value);
  }

  return (message) => {
    try {
      const after = { ...message, body: changed(message.body) };
      const bytes = sizeOf(after);
      const problem =
        after.body === ""
          ? "the body is empty"
          : bytes > bounds.limits.batchBytes
            ? `it is ${thousands(bytes)} bytes, and the queue takes ${thousands(bounds.limits.batchBytes)}`
            : (problemOf(after.body) ?? differentTask(message.body, after.body));
      return problem === undefined ? after : { problem };
    } catch (error) {
      return { problem: messageOf(error) };
    }
  };
}

/** @returns what a change does, one a line. */
export function describeChange({ body, patch, set }: BodyChange, edited: boolean): string[] {
  return [
    ...(edited ? ["the body as it was edited"] : body === undefined ? [] : ["another body"]),
    ...(patch === undefined ? [] : [`merged with ${JSON.stringify(patch)}`]),
    ...set.map(({ path, value }) => `${path.join(".")} = ${JSON.stringify(value)}`),
  ];
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`the body is not JSON: ${reason}`, { cause: error });
  }
}

/** The timeline hangs on the id: another one is another task. */
function differentTask(before: string, after: string): string | undefined {
  const { taskId } = taskOf(before);
  return taskId === undefined || taskId === taskOf(after).taskId ? undefined : `taskId: it must stay ${taskId}`;
}

async function createTaskCheck(): Promise<(body: string) => string | undefined> {
  const { taskSchema } = await import("../../../contract/schema/task.ts");
  return (body) => {
    const result = taskSchema.safeParse(parsed(body));
    if (result.success) return undefined;
    const issues = result.error.issues.map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`);
    const more = issues.length - NAMED;
    return [...issues.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
  };
}

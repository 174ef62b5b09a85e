import type { Call } from "../call.ts";
import { invalidValue } from "../errors.ts";
import { type Input, requiredText } from "../input.ts";
import { parsePolicy } from "../policy.ts";
import { setAttributes } from "../provision.ts";
import { queueOf } from "../queue-url.ts";

export function removePermission(input: Input, { engine }: Call): void {
  const queue = queueOf(engine, input);
  const label = requiredText(input, "Label");
  const policy = parsePolicy(queue.attributes["Policy"], queue.arn);
  const left = policy.Statement.filter(({ Sid }) => Sid !== label);
  if (left.length === policy.Statement.length) throw invalidValue(label, "Label", "can't find label.");
  setAttributes(engine, queue, { Policy: left.length > 0 ? JSON.stringify({ ...policy, Statement: left }) : "" });
}

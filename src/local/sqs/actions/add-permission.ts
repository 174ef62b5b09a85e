import type { Call } from "../call.ts";
import { invalidValue, missingParameter, overLimit } from "../errors.ts";
import { type Input, requiredText, texts } from "../input.ts";
import { parsePolicy, permission } from "../policy.ts";
import { setAttributes } from "../provision.ts";
import { queueOf } from "../queue-url.ts";

const LABEL = /^[A-Za-z0-9_-]{1,80}$/;
const MAX_ACTIONS = 7;
const ACTIONS = new Set([
  "*",
  "ChangeMessageVisibility",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "SendMessage",
]);

/** Keeps the permission in the queue's policy; the stack enforces none. */
export function addPermission(input: Input, { engine }: Call): void {
  const queue = queueOf(engine, input);
  const label = requiredText(input, "Label");
  const accounts = texts(input, "AWSAccountIds") ?? [];
  const actions = texts(input, "Actions") ?? [];
  if (accounts.length === 0) throw missingParameter("PrincipalId");
  if (actions.length === 0) throw missingParameter("Actions");
  if (!LABEL.test(label)) {
    throw invalidValue(
      label,
      "Label",
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.",
    );
  }
  if (actions.length > MAX_ACTIONS) {
    throw overLimit(`${actions.length} Actions were found, maximum allowed is ${MAX_ACTIONS}.`);
  }
  for (const action of actions) {
    if (!ACTIONS.has(action))
      throw invalidValue(
        `SQS:${action}`,
        "ActionName",
        "Please refer to the appropriate WSDL for a list of valid actions.",
      );
  }
  for (const account of accounts) {
    if (!/^\d{12}$/.test(account)) throw invalidValue(`[${account}]`, "PrincipalId", "Unable to verify.");
  }
  const policy = parsePolicy(queue.attributes["Policy"], queue.arn);
  if (policy.Statement.some(({ Sid }) => Sid === label)) throw invalidValue(label, "Label", "Already exists.");
  policy.Statement.push(permission(label, accounts, actions, queue.arn));
  setAttributes(engine, queue, { Policy: JSON.stringify(policy) });
}

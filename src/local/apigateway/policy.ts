import { isObject, isScalar } from "../wire/objects.ts";

/** The answer of a REQUEST authorizer, payload 1.0. */
export interface PolicyAnswer {
  effect: "allow" | "deny" | "explicit-deny";
  /** `principalId` and the context, all values as text, as API Gateway hands them on. */
  authorizer: Record<string, string>;
}

/** The authorizer's answer is none; API Gateway answers 500. */
export class InvalidPolicy extends Error {}

/**
 * Reads an authorizer's IAM policy and decides over one ARN: an explicit deny wins, nothing said is a deny.
 *
 * @throws InvalidPolicy when a part is missing, or cannot be judged here (conditions).
 */
export function readPolicy(answer: unknown, arn: string): PolicyAnswer {
  if (!isObject(answer)) throw new InvalidPolicy("the authorizer's answer is no object");
  const { principalId, policyDocument, context } = answer;
  if (typeof principalId !== "string" || principalId === "")
    throw new InvalidPolicy("the authorizer's answer has no principalId");
  if (!isObject(policyDocument)) throw new InvalidPolicy("the authorizer's answer has no policyDocument");
  const effects = [policyDocument["Statement"]].flat().map((statement) => judge(statement, arn));
  const effect = effects.includes("Deny") ? "explicit-deny" : effects.includes("Allow") ? "allow" : "deny";
  return { effect, authorizer: { principalId, ...readContext(context) } };
}

function judge(statement: unknown, arn: string): "Allow" | "Deny" | undefined {
  if (!isObject(statement)) throw new InvalidPolicy("the policy has no Statement");
  for (const part of ["Condition", "NotAction", "NotResource"]) {
    if (statement[part] !== undefined) throw new InvalidPolicy(`the local stack cannot judge a policy with ${part}`);
  }
  const effect = statement["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw new InvalidPolicy('a Statement has no Effect "Allow" or "Deny"');
  const applies = patterns(statement["Action"], "Action").some((pattern) =>
    matches(pattern.toLowerCase(), "execute-api:invoke"),
  );
  return applies && patterns(statement["Resource"], "Resource").some((pattern) => matches(pattern, arn))
    ? effect
    : undefined;
}

function patterns(value: unknown, name: string): string[] {
  const list = [value].flat();
  if (list.length > 0 && list.every((item) => typeof item === "string")) return list;
  throw new InvalidPolicy(`a Statement has no ${name}`);
}

/** `*` is any text and `?` any one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

function readContext(context: unknown): Record<string, string> {
  if (context === undefined || context === null) return {};
  if (!isObject(context)) throw new InvalidPolicy("the authorizer's context is no object");
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(context)) {
    if (value === null || value === undefined) continue;
    if (!isScalar(value))
      throw new InvalidPolicy(`the authorizer's context value "${key}" is neither text, number nor boolean`);
    values[key] = String(value);
  }
  return values;
}

import { AbortError } from "../../../contract/errors.ts";
import { jsonIn } from "../../../contract/json.ts";

/** What a plan of ours is carried out by. */
export type PlanToken =
  | { what: "nothing" }
  | { what: "deploy"; id: string; stackId: string; /** The stack is none yet. */ first: boolean }
  | { what: "destroy"; stackId: string };

export const writeToken = (token: PlanToken): string => JSON.stringify(token);

/** @throws AbortError `PLAN_INVALID`. */
export function readToken(text: string): PlanToken {
  const value = jsonIn(text);
  if (isToken(value)) return value;
  throw new AbortError("The plan is none of CloudFormation's.", {
    code: "PLAN_INVALID",
    where: "--plan",
    hint: "Make a new one: plan --out FILE",
  });
}

/** A saved plan is a file, which may be anybody's. @throws AbortError `PLAN_INVALID`. */
export function refuseOthers(
  token: Exclude<PlanToken, { what: "nothing" }>,
  what: "deploy" | "destroy",
  stack: string,
): void {
  if (token.what === what && token.stackId.split(":stack/")[1]?.split("/")[0] === stack) return;
  throw new AbortError(`The plan does something else than to ${what} the stack ${stack}.`, {
    code: "PLAN_INVALID",
    where: token.stackId,
    hint: "Make a new one: plan --out FILE",
  });
}

function isToken(value: unknown): value is PlanToken {
  if (typeof value !== "object" || value === null || !("what" in value)) return false;
  if (value.what === "nothing") return true;
  const stack = "stackId" in value && typeof value.stackId === "string";
  if (value.what === "destroy") return stack;
  return value.what === "deploy" && stack && "id" in value && typeof value.id === "string" && "first" in value;
}

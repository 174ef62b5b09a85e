import { AbortError } from "../../contract/errors.ts";
import { jsonIn, member } from "../../contract/json.ts";

/** What a plan of ours is carried out by: the saved plan itself, so that it goes wherever the plan goes. */
export interface PlanToken {
  what: "deploy" | "destroy";
  file: Uint8Array;
  /** Which state it was planned from; see `stateMark`. */
  state: string;
}

export const writeToken = ({ what, file, state }: PlanToken): string =>
  JSON.stringify({ what, state, file: Buffer.from(file).toString("base64") });

/** @throws AbortError `PLAN_INVALID`. */
export function readToken(text: string): PlanToken {
  const value = jsonIn(text);
  const [what, file, state] = [member(value, "what"), member(value, "file"), member(value, "state")];
  if ((what === "deploy" || what === "destroy") && typeof file === "string" && typeof state === "string")
    return { what, file: Buffer.from(file, "base64"), state };
  throw notOurs();
}

/** @returns that a plan is of something else. */
export const notOurs = () =>
  new AbortError("The plan is none of Terraform's for this.", {
    code: "PLAN_INVALID",
    where: "--plan",
    hint: "Make a new one: plan --out FILE",
  });

import { AbortError } from "../../contract/errors.ts";
import { jsonIn, member } from "../../contract/json.ts";

/** What a plan of ours is carried out by: the saved plan itself, so that it goes wherever the plan goes. */
export interface PlanToken {
  what: "deploy" | "destroy";
  file: Uint8Array;
}

export const writeToken = ({ what, file }: PlanToken): string =>
  JSON.stringify({ what, file: Buffer.from(file).toString("base64") });

/** @throws AbortError `PLAN_INVALID`. */
export function readToken(text: string): PlanToken {
  const value = jsonIn(text);
  const [what, file] = [member(value, "what"), member(value, "file")];
  if ((what === "deploy" || what === "destroy") && typeof file === "string")
    return { what, file: Buffer.from(file, "base64") };
  throw new AbortError("The plan is none of Terraform's.", {
    code: "PLAN_INVALID",
    where: "--plan",
    hint: "Make a new one: plan --out FILE",
  });
}

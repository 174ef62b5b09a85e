import { AbortError } from "../../contract/errors.ts";

/** What a plan of ours is carried out by: the saved plan itself, so that it goes wherever the plan goes. */
export interface PlanToken {
  what: "deploy" | "destroy";
  file: Uint8Array;
}

export const writeToken = ({ what, file }: PlanToken): string =>
  JSON.stringify({ what, file: Buffer.from(file).toString("base64") });

/** @throws AbortError `PLAN_INVALID`. */
export function readToken(text: string): PlanToken {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "what" in value && "file" in value) {
      const { what, file } = value;
      if ((what === "deploy" || what === "destroy") && typeof file === "string")
        return { what, file: Buffer.from(file, "base64") };
    }
  } catch {
    // Said below.
  }
  throw new AbortError("The plan is none of Terraform's.", {
    code: "PLAN_INVALID",
    where: "--plan",
    hint: "Make a new one: plan --out FILE",
  });
}

import type { InfrastructureInput } from "../../contract/infrastructure.ts";
import { terraformVariables } from "../../contract/variables.ts";

/** Variables without a default, of which a removal needs no value but some. */
const CODE = { worker_code: "", worker_code_sha256: "", api_code: "", api_code_sha256: "" };

/** @returns the variables of a plan. */
export function inputVariables({ app, stage, build }: InfrastructureInput): Record<string, unknown> {
  return build ? terraformVariables(build.variables, build.references) : { app, stage, ...CODE };
}

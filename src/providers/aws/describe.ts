import { parseOutputs } from "../../contract/description.ts";
import { AbortError, ExternalError } from "../../contract/errors.ts";
import { resourceNames, STAGE_TOKEN, type StageOutputs } from "../../contract/resources.ts";
import type { AwsClients } from "./clients.ts";
import type { ErrorPlace } from "./errors.ts";
import { readParameter } from "./parameter.ts";

/** @throws AbortError `STAGE_NOT_DEPLOYED` when nothing describes the stage. */
export async function readOutputs(
  clients: AwsClients,
  app: string,
  place: ErrorPlace,
  signal: AbortSignal,
): Promise<StageOutputs> {
  // The account is part of the bucket's name alone, and not of this parameter's.
  const { outputsParameter } = resourceNames(app, place.stage, "");
  const text = await readParameter(clients, outputsParameter, place, signal);
  if (text === undefined) {
    const where = place.endpoint ? ` at ${place.endpoint}` : "";
    throw new AbortError(`The stage ${place.stage} of ${app} is not deployed${where}.`, {
      code: "STAGE_NOT_DEPLOYED",
      where: outputsParameter,
      hint: [
        "Check --stage, --app, --profile and --region: the parameter above describes a stage and was not found.",
        "Or use the local stage: --stage local",
      ],
    });
  }
  const outputs = parseOutputs(text);
  if (outputs) return outputs;
  throw new ExternalError(
    `The stage ${place.stage} of ${app} describes itself in a way that this version cannot read.`,
    {
      code: "OUTPUTS_INVALID",
      where: outputsParameter,
      hint: "Deploy it again with this version, or use the version that deployed it.",
    },
  );
}

/** @throws ExternalError `TOKEN_MISSING`. */
export async function readToken(clients: AwsClients, outputs: StageOutputs, place: ErrorPlace): Promise<string> {
  const name = `${outputs.secretsPath}/${STAGE_TOKEN}`;
  const token = await readParameter(clients, name, { ...place, role: "ci" });
  if (token) return token;
  throw new ExternalError("The stage has no token.", {
    code: "TOKEN_MISSING",
    where: name,
    hint: `Make one: secrets set STAGE_TOKEN --generate --stage ${place.stage}`,
  });
}

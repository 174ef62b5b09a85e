import { parseOutputs } from "../../../contract/description.ts";
import type { StageOutputs } from "../../../contract/resources.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace } from "../errors.ts";

/** @returns the stages of a region by their outputs parameters; what this version cannot read is left out. */
export async function* findStages(
  clients: AwsClients,
  app: string | undefined,
  place: ErrorPlace,
): AsyncGenerator<StageOutputs> {
  const { GetParametersByPathCommand } = await import("@aws-sdk/client-ssm");
  const ssm = await clients.ssm();
  const Path = app === undefined ? "/ai-pipeline" : `/ai-pipeline/${app}`;
  let NextToken: string | undefined;
  do {
    // Never decrypted: secrets lie under the same path.
    const command = new GetParametersByPathCommand({
      Path,
      Recursive: true,
      WithDecryption: false,
      ParameterFilters: [{ Key: "Type", Values: ["String"] }],
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const page = await calling("ssm:GetParametersByPath", place, () => ssm.send(command));
    for (const { Name, Value } of page.Parameters ?? []) {
      if (!Name?.endsWith("/outputs") || Value === undefined) continue;
      const outputs = parseOutputs(Value);
      if (outputs) yield outputs;
    }
    NextToken = page.NextToken;
  } while (NextToken);
}

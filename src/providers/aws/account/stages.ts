import { parseOutputs } from "../../../contract/description.ts";
import type { StageOutputs } from "../../../contract/resources.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace } from "../errors.ts";

/** What SSM reads at once. */
const BATCH = 10;

/**
 * Names first, then what lies behind those that matter: to read all that lies under the path takes a permission by which secrets can
 * be read, too.
 * @returns the stages of a region by their outputs parameters; what this version cannot read is left out.
 */
export async function* findStages(
  clients: AwsClients,
  app: string | undefined,
  place: ErrorPlace,
): AsyncGenerator<StageOutputs> {
  const { DescribeParametersCommand, GetParametersCommand } = await import("@aws-sdk/client-ssm");
  const ssm = await clients.ssm();
  const path = app === undefined ? "/ai-pipeline" : `/ai-pipeline/${app}`;
  let NextToken: string | undefined;
  do {
    const command = new DescribeParametersCommand({
      ParameterFilters: [
        { Key: "Path", Option: "Recursive", Values: [path] },
        { Key: "Type", Values: ["String"] },
      ],
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const page = await calling("ssm:DescribeParameters", place, () => ssm.send(command));
    const names = (page.Parameters ?? []).flatMap(({ Name }) => (Name?.endsWith("/outputs") ? [Name] : []));
    for (let at = 0; at < names.length; at += BATCH) {
      const Names = names.slice(at, at + BATCH);
      const { Parameters = [] } = await calling("ssm:GetParameters", place, () =>
        ssm.send(new GetParametersCommand({ Names })),
      );
      for (const { Value } of Parameters) {
        const outputs = Value === undefined ? undefined : parseOutputs(Value);
        if (outputs) yield outputs;
      }
    }
    NextToken = page.NextToken;
  } while (NextToken);
}

import type { AwsClients } from "./clients.ts";
import { calling, type ErrorPlace, unlessMissing } from "./errors.ts";

const MISSING = "ParameterNotFound";

/** @returns the value of an SSM parameter, decrypted; undefined when there is none. */
export async function readParameter(
  clients: AwsClients,
  Name: string,
  place: ErrorPlace,
  abortSignal: AbortSignal = AbortSignal.timeout(30_000),
): Promise<string | undefined> {
  const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
  return calling("ssm:GetParameter", place, async () => {
    const ssm = await clients.ssm();
    const command = new GetParameterCommand({ Name, WithDecryption: true });
    return (await unlessMissing(ssm.send(command, { abortSignal }), MISSING))?.Parameter?.Value;
  });
}

/** @returns whether there was one. */
export async function removeParameter(clients: AwsClients, Name: string, place: ErrorPlace): Promise<boolean> {
  const { DeleteParameterCommand } = await import("@aws-sdk/client-ssm");
  const ssm = await clients.ssm();
  const removed = await calling("ssm:DeleteParameter", place, () =>
    unlessMissing(ssm.send(new DeleteParameterCommand({ Name })), MISSING),
  );
  return removed !== undefined;
}

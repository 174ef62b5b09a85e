import type { AwsClients } from "./clients.ts";
import { calling, type ErrorPlace } from "./errors.ts";

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
    try {
      return (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }), { abortSignal })).Parameter
        ?.Value;
    } catch (error) {
      if (error instanceof Error && error.name === "ParameterNotFound") return undefined;
      throw error;
    }
  });
}

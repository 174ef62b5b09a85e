import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace } from "../errors.ts";

/** @returns whose account the credentials are of, and which region is meant. */
export async function readIdentity(
  clients: AwsClients,
  place: ErrorPlace,
): Promise<{ account: string; region: string }> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const sts = await clients.sts();
  return calling("sts:GetCallerIdentity", place, async () => {
    const { Account = "" } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, region: await sts.config.region() };
  });
}

import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace } from "../errors.ts";

/** Lambda keeps so many for functions that have none reserved (its quota). */
const UNRESERVED = 100;

/** @returns how many executions a function may have reserved; undefined where the account does not tell. */
export async function readRoom(
  clients: AwsClients,
  FunctionName: string,
  place: ErrorPlace,
): Promise<number | undefined> {
  const { GetAccountSettingsCommand, GetFunctionConcurrencyCommand } = await import("@aws-sdk/client-lambda");
  const lambda = await clients.lambda();
  const { AccountLimit } = await calling("lambda:GetAccountSettings", place, () =>
    lambda.send(new GetAccountSettingsCommand({})),
  );
  const free = AccountLimit?.UnreservedConcurrentExecutions;
  if (free === undefined) return undefined;
  // What it has reserved already is not free any more, but its own.
  const own = await calling("lambda:GetFunctionConcurrency", place, async () => {
    try {
      const found = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
      return found.ReservedConcurrentExecutions ?? 0;
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceNotFoundException") return 0;
      throw error;
    }
  });
  return Math.max(0, free - UNRESERVED) + own;
}

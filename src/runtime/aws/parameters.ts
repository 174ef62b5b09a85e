import { clientOptions } from "./options.ts";

/**
 * @returns the decrypted parameters right under `path`, keyed by the last segment of their names. SSM is loaded at first
 * use.
 */
export async function readParameters(path: string): Promise<Record<string, string>> {
  const { SSMClient, GetParametersByPathCommand } = await import("@aws-sdk/client-ssm");
  const client = new SSMClient(clientOptions({ request: 5_000 }));
  const found: Record<string, string> = {};
  try {
    let NextToken: string | undefined;
    do {
      const input = { Path: path, WithDecryption: true, ...(NextToken ? { NextToken } : {}) };
      const answer = await client.send(new GetParametersByPathCommand(input));
      for (const { Name, Value } of answer.Parameters ?? []) {
        if (Name && Value !== undefined) found[Name.slice(Name.lastIndexOf("/") + 1)] = Value;
      }
      NextToken = answer.NextToken;
    } while (NextToken);
  } finally {
    client.destroy();
  }
  return found;
}

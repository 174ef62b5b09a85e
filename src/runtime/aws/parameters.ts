import type { Parameter, SSMClient } from "@aws-sdk/client-ssm";
import { awsErrorName, clientOptions } from "./options.ts";

/** @returns the decrypted parameters right under `path`, keyed by the last segment of their names. */
export const readParameters = (path: string) =>
  withClient(async (client) => {
    const { GetParametersByPathCommand } = await import("@aws-sdk/client-ssm");
    const found: Parameter[] = [];
    let NextToken: string | undefined;
    do {
      const input = { Path: path, WithDecryption: true, ...(NextToken ? { NextToken } : {}) };
      const answer = await client.send(new GetParametersByPathCommand(input));
      found.push(...(answer.Parameters ?? []));
      NextToken = answer.NextToken;
    } while (NextToken);
    return found;
  });

/** @returns one of them as `readParameters` does, if it is there. */
export const readNamed = (path: string, name: string) =>
  withClient(async (client) => {
    const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
    try {
      const command = new GetParameterCommand({ Name: `${path}/${name}`, WithDecryption: true });
      const { Parameter: found } = await client.send(command);
      return found ? [found] : [];
    } catch (error) {
      if (awsErrorName(error) === "ParameterNotFound") return [];
      throw error;
    }
  });

/** SSM is loaded at first use. */
async function withClient(read: (client: SSMClient) => Promise<Parameter[]>): Promise<Record<string, string>> {
  const { SSMClient } = await import("@aws-sdk/client-ssm");
  const client = new SSMClient(clientOptions({ request: 5_000 }));
  try {
    const found = (await read(client)).flatMap(({ Name, Value }): [string, string][] =>
      Name && Value !== undefined ? [[Name.slice(Name.lastIndexOf("/") + 1), Value]] : [],
    );
    return Object.fromEntries(found);
  } finally {
    client.destroy();
  }
}

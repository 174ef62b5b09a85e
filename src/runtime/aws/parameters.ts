import type { Parameter, SSMClient } from "@aws-sdk/client-ssm";
import { clientOptions } from "./options.ts";

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

/** @param names ten at most. @returns those of the parameters right under `path` that are there, as `readParameters`. */
export const readNamed = (path: string, names: readonly string[]) =>
  withClient(async (client) => {
    const { GetParametersCommand } = await import("@aws-sdk/client-ssm");
    const command = new GetParametersCommand({ Names: names.map((name) => `${path}/${name}`), WithDecryption: true });
    return (await client.send(command)).Parameters ?? [];
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

import type { AccountClient, StageName } from "../../../contract/account.ts";
import { resourceNames } from "../../../contract/resources.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace } from "../errors.ts";
import { removeParameter } from "../parameter.ts";

/** Secrets of stages, as SecureString parameters. Values are written, and never read here. */
export function createSecrets(clients: AwsClients, place: ErrorPlace): AccountClient["secrets"] {
  const pathOf = ({ app, stage }: StageName) => resourceNames(app, stage, "").secretsPath;
  return {
    async list(name) {
      const { DescribeParametersCommand } = await import("@aws-sdk/client-ssm");
      const ssm = await clients.ssm();
      const path = pathOf(name);
      const found: { name: string; changedAt?: string }[] = [];
      let NextToken: string | undefined;
      do {
        const command = new DescribeParametersCommand({
          ParameterFilters: [{ Key: "Path", Option: "OneLevel", Values: [path] }],
          ...(NextToken === undefined ? {} : { NextToken }),
        });
        const page = await calling("ssm:DescribeParameters", place, () => ssm.send(command));
        for (const { Name, LastModifiedDate } of page.Parameters ?? []) {
          if (!Name?.startsWith(`${path}/`)) continue;
          found.push({
            name: Name.slice(path.length + 1),
            ...(LastModifiedDate ? { changedAt: LastModifiedDate.toISOString() } : {}),
          });
        }
        NextToken = page.NextToken;
      } while (NextToken);
      return found.toSorted((a, b) => a.name.localeCompare(b.name));
    },
    async set(name, secret, Value) {
      const { PutParameterCommand } = await import("@aws-sdk/client-ssm");
      const ssm = await clients.ssm();
      const Name = `${pathOf(name)}/${secret}`;
      const { Version } = await calling("ssm:PutParameter", place, () =>
        ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true })),
      );
      return Version === 1;
    },
    unset: (name, secret) => removeParameter(clients, `${pathOf(name)}/${secret}`, place),
  };
}

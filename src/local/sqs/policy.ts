import { isObject } from "./input.ts";

/** A queue policy as AddPermission writes it; statements that somebody else wrote are kept as they are. */
export interface QueuePolicy {
  Version: string;
  Id: string;
  Statement: Record<string, unknown>[];
}

/** One value stands alone in a policy, several in a list. */
const oneOrMany = (values: string[]) => (values.length === 1 ? values[0] : values);

export function parsePolicy(json: string | undefined, arn: string): QueuePolicy {
  const value: unknown = json ? JSON.parse(json) : {};
  const policy = isObject(value) ? value : {};
  const statements = Array.isArray(policy["Statement"]) ? policy["Statement"] : [policy["Statement"]];
  return {
    ...policy,
    Version: typeof policy["Version"] === "string" ? policy["Version"] : "2008-10-17",
    Id: typeof policy["Id"] === "string" ? policy["Id"] : `${arn}/SQSDefaultPolicy`,
    Statement: statements.filter(isObject),
  };
}

export function permission(label: string, accounts: string[], actions: string[], arn: string): Record<string, unknown> {
  return {
    Sid: label,
    Effect: "Allow",
    Principal: { AWS: oneOrMany(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: arn,
  };
}

import type { Json } from "../task.ts";
import { deployerGrants } from "./deployer.ts";
import { resourceNames } from "../resources.ts";
import { type Grant, grantsOf, IAM_ROLES, type IamRole, type PolicyScope } from "./grants.ts";

/** @returns an IAM policy document, statements in a fixed order: the same question has the same answer. */
export function policyDocument(role: IamRole, scope: PolicyScope): Json {
  return {
    Version: "2012-10-17",
    Statement: grantsFor(role, scope).map(({ sid, actions, resources, condition }) => ({
      Sid: sid,
      Effect: "Allow",
      Action: actions.toSorted(),
      Resource: resources,
      ...(condition ? { Condition: condition } : {}),
    })),
  };
}

/** @returns what somebody in the role may do. */
export function grantsFor(role: IamRole, scope: PolicyScope): Grant[] {
  return role === "deployer" ? deployerGrants(scope) : grantsOf(role, scope);
}

/** @returns the role of the fewest permissions whose policy has an action. */
export function roleFor(action: string): IamRole {
  const [app, stage, account, region, partition] = ["app", "stage", "*", "*", "aws"];
  const scope = { names: resourceNames(app, stage, account), app, stage, account, region, partition };
  return IAM_ROLES.find((role) => grantsFor(role, scope).some((grant) => allows(grant.actions, action))) ?? "deployer";
}

/** @returns whether one of the policy's actions, in which `*` is any text, is the one that is asked for. IAM minds no case. */
export function allows(actions: readonly string[], action: string): boolean {
  return actions.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i").test(action));
}

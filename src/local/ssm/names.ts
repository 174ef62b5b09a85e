import { AwsError, type LocalContext } from "../context.ts";

/** @throws AwsError when a name cannot be created. */
export function checkName(name: string): void {
  if (name.length > 2048 || name.length < 1)
    throw new AwsError("ValidationException", "Parameter name must be 1 to 2048 characters long.");
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name)) {
    throw new AwsError(
      "ValidationException",
      "Parameter name: only a mix of letters, numbers and the following 4 symbols .-_/ is allowed.",
    );
  }
  if (name.includes("/") && !name.startsWith("/")) {
    throw new AwsError("ValidationException", "Parameter name must be a fully qualified name.");
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    const prefix = name.toLowerCase().includes("ssm") ? "ssm" : "aws";
    throw new AwsError("ValidationException", `Parameter name: can't be prefixed with "${prefix}" (case-insensitive).`);
  }
  if (name.endsWith("/") || name.includes("//")) {
    throw new AwsError("ValidationException", "Parameter name must not end in a slash or hold an empty level.");
  }
  if (name.split("/").length - 1 > 15) {
    throw new AwsError("HierarchyLevelLimitExceededException", "A parameter name may have at most 15 levels.");
  }
}

/** @returns the name and version that `name`, `name:3` or an ARN means. */
export function parseReference(reference: string): { name: string; version?: number; selector?: string } {
  const arn = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(reference)?.[1];
  // A name without levels is `parameter/name` in its ARN, one with levels `parameter/level/name`.
  const plain = arn ? (arn.lastIndexOf("/") === 0 ? arn.slice(1) : arn) : reference;
  const colon = plain.lastIndexOf(":");
  if (colon < 0) return { name: plain };
  const suffix = plain.slice(colon + 1);
  if (!/^\d+$/.test(suffix)) {
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find label ${suffix} of ${plain.slice(0, colon)}. Labels are not offered here.`,
    );
  }
  return { name: plain.slice(0, colon), version: Number(suffix), selector: `:${suffix}` };
}

export function parameterArn(ctx: LocalContext, name: string): string {
  return `arn:aws:ssm:${ctx.region}:${ctx.accountId}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
}

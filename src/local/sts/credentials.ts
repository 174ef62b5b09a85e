import { randomBytes } from "node:crypto";
import { AwsError, type LocalContext } from "../context.ts";

/** Members of a result, in the order that AWS writes them. */
export type Result = Record<string, unknown>;

/** Who a key belongs to that was given out. */
interface Identity {
  Arn: string;
  UserId: string;
}

/**
 * Temporary credentials. Any key will do here, so that these open nothing that was closed: they are for clients whose
 * configuration asks for them first, and they tell who called.
 */
export function createCredentials(ctx: LocalContext) {
  const issued = new Map<string, Identity>();
  const user: Identity = { Arn: `arn:aws:iam::${ctx.accountId}:user/local`, UserId: "AIDALOCALSTACKUSER000" };

  const issue = (identity: Identity, seconds: number): Result => {
    const AccessKeyId = `ASIA${letters(16)}`;
    issued.set(AccessKeyId, identity);
    return {
      AccessKeyId,
      SecretAccessKey: randomBytes(30).toString("base64"),
      SessionToken: randomBytes(120).toString("base64"),
      // XML has no milliseconds here, as on AWS.
      Expiration: new Date(Math.floor((ctx.clock.now() + seconds * 1000) / 1000) * 1000),
    };
  };

  const assume = (input: Input, seconds: number): Result => {
    const role = roleOf(required(input, "RoleArn"));
    const session = required(input, "RoleSessionName");
    if (!/^[\w+=,.@-]{2,64}$/.test(session)) {
      throw invalid(
        `Value '${session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
      );
    }
    const identity = {
      Arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${session}`,
      UserId: `AROA${letters(17)}:${session}`,
    };
    return {
      Credentials: issue(identity, seconds),
      AssumedRoleUser: { AssumedRoleId: identity.UserId, Arn: identity.Arn },
    };
  };

  return {
    identity(accessKeyId: string | undefined): Result {
      const { Arn, UserId } = issued.get(accessKeyId ?? "") ?? user;
      return { Arn, UserId, Account: ctx.accountId };
    },
    assumeRole: (input: Input) => assume(input, duration(input, 900, 43_200, 3600)),
    assumeRoleWithWebIdentity(input: Input): Result {
      required(input, "WebIdentityToken");
      const result = assume(input, duration(input, 900, 43_200, 3600));
      return { ...result, SubjectFromWebIdentityToken: "local", Provider: "local", Audience: "sts.amazonaws.com" };
    },
    sessionToken: (input: Input): Result => ({ Credentials: issue(user, duration(input, 900, 129_600, 43_200)) }),
  };
}

export type Input = Record<string, unknown>;

function required(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === "string" && value !== "") return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw invalid(`Value null at '${member}' failed to satisfy constraint: Member must not be null`);
}

function duration(input: Input, least: number, most: number, otherwise: number): number {
  const given = input["DurationSeconds"];
  if (given === undefined || given === "") return otherwise;
  const seconds = Number(given);
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
  const limit = seconds < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw invalid(
    `Value '${String(seconds)}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${limit}`,
  );
}

function roleOf(arn: string): { account: string; name: string } {
  const [, account, path] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(.+)$/.exec(arn) ?? [];
  const name = path?.split("/").at(-1);
  if (account && name) return { account, name };
  throw new AwsError("ValidationError", `${arn} is invalid`);
}

function invalid(problem: string): AwsError {
  return new AwsError("ValidationError", `1 validation error detected: ${problem}`);
}

/** As the ids of IAM are spelt. */
function letters(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
}

import { AwsError, type LocalContext } from "../context.ts";
import { invalid, missingGroup } from "./errors.ts";
import type { LogStore } from "./store.ts";

export type Input = Record<string, unknown>;

export function optionalText(input: Input, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalid(`${member} must be a string.`);
  return value;
}

export function requiredText(input: Input, member: string): string {
  const value = optionalText(input, member);
  if (!value)
    throw invalid(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
}

export function optionalNumber(input: Input, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(`${member} must be a number.`);
  return value;
}

export function limitOf(input: Input, most: number): number {
  const limit = optionalNumber(input, "limit") ?? most;
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw invalid(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${most}`,
    );
  }
  return limit;
}

export function optionalTexts(input: Input, member: string): string[] | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw invalid(`${member} must be a list of strings.`);
  return value;
}

/** @returns the tags of a request. */
export function optionalTags(input: Input, member = "tags"): Record<string, string> {
  const value = input[member];
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw invalid(`${member} must be a map of strings.`);
  return Object.fromEntries(Object.entries(value).map(([name, tag]) => [name, String(tag)]));
}

/** @returns the name in a log group's name or ARN. */
export function groupNameOf(identifier: string): string {
  const match = /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:(.+?)(?::\*)?$/.exec(identifier);
  return match?.[1] ?? identifier;
}

/** @returns the log group a request names, by name or ARN. @throws AwsError when it is not there, or named twice. */
export function existingGroup(store: LogStore, input: Input): string {
  const named = optionalText(input, "logGroupName");
  const identified = optionalText(input, "logGroupIdentifier");
  if (named && identified)
    throw new AwsError("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  const name = named ?? identified;
  if (!name) throw invalid("Either logGroupName or logGroupIdentifier must be given.");
  const group = groupNameOf(name);
  if (!store.group(group)) throw missingGroup();
  return group;
}

const NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/;

export function newGroupName(input: Input): string {
  const name = requiredText(input, "logGroupName");
  if (NAME.test(name)) return name;
  throw invalid(
    `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
  );
}

/** ARN of a log group, without the `:*` that some members add. */
export function groupArn(ctx: LocalContext, name: string): string {
  return `arn:aws:logs:${ctx.region}:${ctx.accountId}:log-group:${name}`;
}

/** Opaque tokens: base64 of JSON. */
export function encodeToken(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** @throws AwsError when the token is not one of ours. */
export function decodeToken(token: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Told below.
  }
  throw invalid("The specified nextToken is invalid.");
}

/** @returns a page of a list, by a token that holds the offset. */
export function pageOf<T>(all: readonly T[], input: Input, most: number): { items: T[]; nextToken?: string } {
  const limit = limitOf(input, most);
  const token = optionalText(input, "nextToken");
  const start = token ? Number(decodeToken(token)["offset"]) : 0;
  if (!Number.isInteger(start) || start < 0) throw invalid("The specified nextToken is invalid.");
  const items = all.slice(start, start + limit);
  return { items, ...(start + limit < all.length ? { nextToken: encodeToken({ offset: start + limit }) } : {}) };
}

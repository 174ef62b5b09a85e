import { isObject } from "../../../src/local/wire/objects.ts";

/** An operation as the API model in an AWS client has it. */
export interface Operation {
  name: string;
  /** Of the REST protocols: the method and the path with its query. */
  http?: { method: string; path: string };
  /** Members of the input. */
  members: string[];
}

/** The mark of an operation among the schemas that a client of the AWS SDK exports. */
const OPERATION = 9;

/** @returns every operation of a client, from its package's own exports. */
export function operationsOf(client: Record<string, unknown>): Operation[] {
  return Object.values(client).flatMap((schema) => {
    if (!Array.isArray(schema) || schema[0] !== OPERATION) return [];
    const [, , name, traits, input]: unknown[] = schema;
    const http = isObject(traits) && Array.isArray(traits["http"]) ? traits["http"] : [];
    const [method, path]: unknown[] = http;
    return [
      {
        name: String(name),
        ...(typeof method === "string" && typeof path === "string" ? { http: { method, path } } : {}),
        members: membersOf(input),
      },
    ];
  });
}

function membersOf(input: unknown): string[] {
  const schema: unknown = typeof input === "function" ? input() : input;
  const names: unknown = Array.isArray(schema) ? schema[4] : undefined;
  return Array.isArray(names) ? names.map(String) : [];
}

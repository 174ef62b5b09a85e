import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { type Boto3, startBoto3 } from "./boto3.ts";
import { startOurs } from "../local-stack.ts";

export interface Boto3Suite {
  boto3: Boto3;
  stack: LocalStack;
  /** An empty folder: Python's home and where it runs. */
  home: string;
}

/** A stack and boto3 for the tests around the call. @returns a function, because both are there only when tests run. */
export function useBoto3(bin: string): () => Boto3Suite {
  let suite: Boto3Suite | undefined;
  beforeAll(async () => {
    const home = mkdtempSync(join(tmpdir(), "ai-pipeline-boto3-"));
    const stack = await startOurs("memory");
    suite = { boto3: startBoto3(bin, stack.endpoint, home), stack, home };
  });
  afterAll(async () => {
    suite?.boto3.close();
    await suite?.stack.close();
    if (suite) rmSync(suite.home, { recursive: true, force: true });
  });
  return () => {
    if (!suite) throw new Error("The suite is used before it has begun.");
    return suite;
  };
}

/** What Python prints of an error of a service. */
export const failure = (code: string, operation: string, message: string) =>
  `An error occurred (${code}) when calling the ${operation} operation: ${message}`;

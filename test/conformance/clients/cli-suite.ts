import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { type AwsCli, createAwsCli } from "./aws-cli.ts";
import { startOurs } from "../local-stack.ts";

export interface CliSuite {
  aws: AwsCli;
  stack: LocalStack;
  /** An empty folder: the CLI's home and where it runs. */
  home: string;
}

/** A stack and the AWS CLI for the tests around the call. @returns a function, because both are there only when tests run. */
export function useCli(bin: string): () => CliSuite {
  let suite: CliSuite | undefined;
  beforeAll(async () => {
    const home = mkdtempSync(join(tmpdir(), "ai-pipeline-aws-"));
    const stack = await startOurs("memory");
    suite = { aws: createAwsCli(bin, stack.endpoint, home), stack, home };
  });
  afterAll(async () => {
    await suite?.stack.close();
    if (suite) rmSync(suite.home, { recursive: true, force: true });
  });
  return () => {
    if (!suite) throw new Error("The suite is used before it has begun.");
    return suite;
  };
}

/** How the AWS CLI, version 1, ends on an error of a service, and what it prints. */
export const failure = (code: string, operation: string, message: string) => ({
  code: 255,
  stdout: "",
  stderr: `An error occurred (${code}) when calling the ${operation} operation: ${message}`,
});

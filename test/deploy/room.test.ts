import { LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { systemClock } from "../../src/contract/clock.ts";
import { openAccount } from "../../src/providers/aws/account/index.ts";
import { MODULES, PROJECT_DIR } from "../conformance/pipeline/code.ts";
import { CONFIG } from "../conformance/pipeline/subject.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

test("a function may keep what it has reserved, beside what the account has left over its hundred", async () => {
  const stack = await startEmbeddedStack({
    project: { dir: PROJECT_DIR, config: CONFIG, modules: MODULES, shell: {}, watch: false },
  });
  const { endpoint, deployment } = stack;
  const lambda = new LambdaClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const account = openAccount({ endpoint, region: "us-east-1" }, {}, systemClock);
  const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
    lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
  try {
    if (!deployment) throw new Error("No project was deployed.");
    const { worker, api } = deployment.outputs.functions;
    expect(await account.room(worker)).toBe(900);
    await reserve(worker, 40);
    expect(await account.room(worker)).toBe(900);
    await reserve(api, 860);
    expect(await account.room(worker)).toBe(40);
    expect(await account.room("not-there-yet")).toBe(0);
  } finally {
    lambda.destroy();
    await account.close();
    await stack.close();
  }
});

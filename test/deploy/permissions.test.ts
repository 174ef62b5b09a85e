import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FUNCTION_ROLES, type FunctionRole } from "../../src/contract/resources.ts";
import { SETTING_VARIABLES } from "../../src/contract/settings.ts";
import { stackParameters, stageVariables } from "../../src/contract/variables.ts";
import { resolveConfig } from "../../src/lib/config/resolve.ts";
import { readTemplate, renderTemplate } from "../../src/lib/infrastructure/template.ts";
import type { LocalStack } from "../../src/local/stack.ts";
import { fromCloudFormation } from "../conformance/terraform/parity/from-cloudformation.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { recording } from "../helpers/recording.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";
import { useEverything, WORKER } from "./everything.ts";
import { covers, neededFor } from "./permission.ts";

/*
 * Nobody but AWS itself refuses a call that a role does not grant. So each function's calls are written down while a stage does
 * everything it can, and compared with its role in both directions. That Terraform's roles are the same, the parity test says.
 */

const root = join(import.meta.dirname, "..", "..");
const config = resolveConfig({ app: "shop", queue: { backoff: { base: 0, max: 1 } } }, "dev");

/**
 * Asked of the role by Lambda itself, which writes the logs and takes the messages; and what tells a document that is missing from
 * one that is forbidden, which S3 looks at without a call of its own. A log group is asked for by either form of its name, with
 * and without its streams: by AWS's documents the first, by MiniStack the second.
 */
const BY_OTHERS =
  /^(logs:(CreateLogStream|PutLogEvents) |sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes) \S+-tasks$|s3:ListBucket |logs:FilterLogEvents \S+-worker$)/;

let stack: LocalStack;
let folder: string;
const proxies: AsyncDisposable[] = [];
const needed = new Map<string, Set<string>>();
let granted: Record<string, string[]>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ai-pipeline-permissions-"));
  await mkdir(join(folder, "src"));
  await writeFile(join(folder, "src", "worker.ts"), WORKER);
  const source = (name: string) => join(root, "src", name, "index.ts");
  const modules = {
    main: join(root, "src", "index.ts"),
    runtime: source("runtime"),
    client: source("client"),
    api: source("runtime"),
  };
  stack = await startEmbeddedStack({ project: { dir: folder, config, modules, shell: {}, watch: false } });
  const { deployment } = stack;
  if (!deployment) throw new Error("There is no project.");
  await recordCalls();
  granted = await grantedByRoles();
  await useEverything(deployment.outputs, deployment.token);
  // The end of a connection is told a moment later.
  const forgotten = "dynamodb:BatchWriteItem arn:aws:dynamodb:us-east-1:123456789012:table/shop-dev-connections";
  await vi.waitFor(() => expect(needed.get("socket")).toContain(forgotten), { timeout: 10_000 });
}, 120_000);
afterAll(async () => {
  await stack.close();
  for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe.each(FUNCTION_ROLES)("the role of %s", (role) => {
  const own = () => granted[`shop-dev-${role}`] ?? [];
  const calls = () => [...(needed.get(role) ?? [])].toSorted();

  test("grants all that the function was seen to call", () => {
    expect(calls()).not.toEqual([]);
    expect(calls().filter((call) => !own().some((permission) => covers(permission, call)))).toEqual([]);
  });

  test("grants nothing that it was not seen to need", () => {
    const unseen = own().filter((permission) => !calls().some((call) => covers(permission, call)));
    expect(unseen.filter((permission) => !BY_OTHERS.test(permission))).toEqual([]);
  });
});

/** Gives each function an address of its own for AWS, where its calls are written down. */
async function recordCalls(): Promise<void> {
  const lambda = new LambdaClient(clientSettings(stack.endpoint));
  for (const role of FUNCTION_ROLES) {
    const proxy = await recording(stack.endpoint, (call) => note(role, () => neededFor(call)));
    proxies.push(proxy);
    const FunctionName = `shop-dev-${role}`;
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    // A queue's own address is where its client goes.
    const moved = [SETTING_VARIABLES.queueUrl, SETTING_VARIABLES.deadLetterQueueUrl, SETTING_VARIABLES.managementUrl];
    const Variables = Object.fromEntries(
      Object.entries({ ...Environment?.Variables, AWS_ENDPOINT_URL: proxy.url }).map(([name, value]) => [
        name,
        moved.some((other) => other === name) ? value.replace(stack.endpoint, proxy.url) : value,
      ]),
    );
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  }
  lambda.destroy();
}

/** A call of which nobody knows what it needs is one that nothing grants. */
function note(role: FunctionRole, permissions: () => string[]): void {
  const own = needed.get(role) ?? new Set<string>();
  needed.set(role, own);
  try {
    for (const permission of permissions()) own.add(permission.replaceAll("000000000000", "123456789012"));
  } catch (error) {
    own.add(String(error));
  }
}

async function grantedByRoles(): Promise<Record<string, string[]>> {
  const template = await readTemplate(join(root, "infrastructure", "cloudformation", "template.yaml"));
  const archive = (name: string) => ({ path: name, sha256: "", key: name });
  const references = { worker: archive("worker"), api: archive("api") };
  const parameters = stackParameters(stageVariables(config), references, "artifacts");
  const values = Object.fromEntries(
    parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
  );
  const rendered = renderTemplate(template, { environment: {}, numbers: parameters });
  const { permissions } = fromCloudFormation(JSON.parse(rendered), values);
  // Without the names of their statements.
  return Object.fromEntries(
    Object.entries(permissions).map(([role, own]) => [role, own.map((permission) => permission.replace(/^\w+: /, ""))]),
  );
}

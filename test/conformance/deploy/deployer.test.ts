import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { readTemplate } from "../../../src/lib/infrastructure/template.ts";
import { mayDeploy, RESOURCES } from "../../iam/deployer.ts";
import { describeWith } from "../tools.ts";

/*
 * What CloudFormation's own handlers call, in the name of whoever deploys, says the schema of each resource type. Nobody but AWS
 * refuses a call that the deployer's policy does not grant.
 */

/** On what a handler calls another service than its own. */
const OTHERS: Record<string, string> = {
  iam: "arn:aws:iam::123456789012:role/my-app-prod-WorkerRole-1A2B3C",
  s3: "arn:aws:s3:::ai-pipeline-artifacts-123456789012-eu-west-1/my-app/prod/worker.zip",
};

/** What a handler calls only for properties that the template does not set. Of a type, or of all: `*`. */
const NOT_USED: [types: string, actions: RegExp, why: string][] = [
  ["*", /^kms:/, "nothing is encrypted by a key of one's own"],
  ["AWS::ApiGatewayV2::DomainName", /^s3:GetObject(Version)?$/, "no trust store: clients show no certificates"],
  ["AWS::DynamoDB::Table", /^dynamodb:(\w+Item|Query|Scan|\w+TableReplica)$/, "no replicas in other regions"],
  ["AWS::DynamoDB::Table", /^iam:CreateServiceLinkedRole$/, "no replicas in other regions"],
  ["AWS::DynamoDB::Table", /^dynamodb:ImportTable$/, "tables begin empty"],
  ["AWS::DynamoDB::Table", /^(logs:|s3:)/, "tables begin empty"],
  ["AWS::DynamoDB::Table", /^(dynamodb:\w+KinesisStreamingDestination|kinesis:\w+)$/, "no stream"],
  ["AWS::DynamoDB::Table", /^dynamodb:UpdateContributorInsights$/, "no contributor insights"],
  ["AWS::DynamoDB::Table", /^dynamodb:(Put|Delete)ResourcePolicy$/, "no policy of a table"],
  ["AWS::IAM::Role", /^iam:(Attach|Detach)RolePolicy$/, "no managed policies: each role's is its own"],
  ["AWS::IAM::Role", /^iam:(Put|Delete)RolePermissionsBoundary$/, "no boundary"],
  ["AWS::Lambda::Function", /^(ec2|elasticfilesystem|s3files):/, "no VPC and no file system"],
  ["AWS::Lambda::Function", /^lambda:\w+CodeSigningConfig$/, "code is not signed"],
  ["AWS::Lambda::Function", /^lambda:(GetLayerVersion|PublishVersion)$/, "no layers and no versions"],
  [
    "AWS::Lambda::Function",
    /^lambda:(PutRuntimeManagementConfig|AssociateRuntimeAlias)$/,
    "the runtime is Lambda's choice",
  ],
  ["AWS::Lambda::Function", /^lambda:PutFunctionRecursionConfig$/, "recursion is stopped, as by default"],
  ["AWS::Lambda::Function", /^lambda:(PutFunctionScalingConfig|PassCapacityProvider)$/, "no capacity of one's own"],
  ["AWS::Lambda::Function", /^s3:GetObjectVersion$/, "archives are named by their content, not by a version"],
  ["AWS::Logs::LogGroup", /^logs:(Put|Delete)(DataProtection|Index)Policy$/, "no such policies"],
  ["AWS::Logs::LogGroup", /^(s3:REST\.PUT\.OBJECT|firehose:TagDeliveryStream)$/, "no data protection that reports"],
  ["AWS::Logs::LogGroup", /^logs:(PutBearerTokenAuthentication|PutLogGroupDeletionProtection)$/, "neither is set"],
  ["AWS::Logs::LogGroup", /^logs:DeleteResourcePolicy$/, "no policy of a log group"],
  ["AWS::Logs::LogGroup", /^logs:(Associate|Disassociate)KmsKey$/, "nothing is encrypted by a key of one's own"],
  ["AWS::S3::Bucket", /^s3tables:|^s3:(Create|Delete|Update)BucketMetadata/, "no metadata tables"],
  ["AWS::S3::Bucket", /^s3:PutObjectAcl$/, "no access lists: the bucket's owner owns its objects"],
];

const schema = z.object({
  handlers: z.record(z.string(), z.object({ permissions: z.array(z.string()) })),
  tagging: z.object({ permissions: z.array(z.string()).default([]) }).optional(),
});

describeWith("cfn-lint", (path) => {
  test("the deployer's policy has what the handlers of the template's resources call", async () => {
    const template = await readTemplate(
      join(import.meta.dirname, "../../../infrastructure/cloudformation/template.yaml"),
    );
    const types = [...new Set(Object.values(template.value.Resources).map(({ Type }) => String(Type)))].toSorted();
    expect(Object.keys(RESOURCES)).toEqual(types);
    const unused = new Set(NOT_USED);
    const missing: string[] = [];
    for (const [type, actions] of await handlersOf(path, types)) {
      for (const action of actions) {
        const reason = NOT_USED.find(([of, pattern]) => (of === "*" || of === type) && pattern.test(action));
        const lacking = resourcesFor(type, action).filter((arn) => !mayDeploy(action, arn));
        if (lacking.length === 0) continue;
        if (reason) unused.delete(reason);
        else missing.push(`${type}: ${action} ${lacking.join(" ")}`);
      }
    }
    expect(missing).toEqual([]);
    // A reason that excuses nothing is one too many.
    expect([...unused]).toEqual([]);
  });
});

/** A type's own service is asked for the resource, another one for what the stage has there. */
function resourcesFor(type: string, action: string): string[] {
  const [service = ""] = action.split(":");
  const own = (RESOURCES[type] ?? []).filter((arn) => arn.split(":")[2] === service);
  return own.length > 0 ? own : [OTHERS[service] ?? "*"];
}

/** @returns by type what its handlers call; listing all of an account is nothing that a deployment does. */
async function handlersOf(program: string, types: readonly string[]): Promise<[type: string, actions: string[]][]> {
  const lib = resolve(program, "../../lib");
  const python = (await readdir(lib)).find((name) => name.startsWith("python")) ?? "";
  const schemas = join(lib, python, "site-packages/cfnlint/data/schemas");
  const read = async (...names: string[]): Promise<unknown> =>
    JSON.parse(await readFile(join(schemas, ...names), "utf8"));
  const files = z.record(z.string(), z.string()).parse(await read("providers", "us-east-1.json"));
  return Promise.all(
    types.map(async (type): Promise<[string, string[]]> => {
      const { handlers, tagging } = schema.parse(await read("resources", `${files[type]}.json`));
      const called = Object.entries(handlers).flatMap(([name, { permissions }]) =>
        name === "list" ? [] : permissions,
      );
      return [type, [...new Set([...called, ...(tagging?.permissions ?? [])])].toSorted()];
    }),
  );
}

import { join } from "node:path";
import { expect, test } from "vitest";
import { stackParameters, stageVariables } from "../../src/contract/variables.ts";
import { resolveConfig } from "../../src/lib/config/resolve.ts";
import { declared, readTemplate, renderTemplate } from "../../src/lib/infrastructure/template.ts";
import { evaluate } from "../conformance/terraform/parity/evaluate.ts";
import { at, listOf, textOf } from "../conformance/terraform/parity/model.ts";

const template = readTemplate(join(import.meta.dirname, "../../infrastructure/cloudformation/template.yaml"));
const archive = (name: string) => ({ path: name, sha256: "", key: name });
const config = resolveConfig({ app: "shop", documents: { buckets: ["first", "second"] } }, "prod");
const parameters = stackParameters(
  stageVariables(config),
  { worker: archive("worker"), api: archive("api") },
  "artefacts",
);
const values = Object.fromEntries(parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]));

test.each(["aws", "aws-cn", "aws-us-gov"])("the worker reads other buckets in the partition %s", async (partition) => {
  const resources = evaluate((await template).value, values, { "AWS::Partition": partition });
  const role = resources.find(({ id }) => id === "WorkerRole")?.properties;
  const statements = listOf(at(role, "Policies", 0, "PolicyDocument", "Statement"));
  const of = (sid: string) =>
    at(
      statements.find((statement) => at(statement, "Sid") === sid),
      "Resource",
    );
  expect(of("ReadOtherBuckets")).toEqual([`arn:${partition}:s3:::first/*`, `arn:${partition}:s3:::second/*`]);
  expect(of("TellMissingInOtherBuckets")).toEqual([`arn:${partition}:s3:::first`, `arn:${partition}:s3:::second`]);
});

test("what the template's owner alone sets is no parameter of a deployment, so that the template's default holds", async () => {
  const { value, ...rest } = await template;
  const given = declared({ value, ...rest }, parameters).map(({ ParameterKey }) => ParameterKey);
  const left = Object.keys(value.Parameters ?? {}).filter((name) => !given.includes(name));
  expect(left).toEqual(["ApiRateLimit", "ApiBurstLimit", "BedrockModels", "WebsocketAccessLogs"]);

  const own = { ...value, Parameters: { ...value.Parameters, ApiRateLimit: { Type: "Number", Default: 7 } } };
  const limits = (rendered: string) =>
    at(JSON.parse(rendered), "Resources", "HttpStage", "Properties", "DefaultRouteSettings");
  expect(limits(renderTemplate({ value: own, ...rest }, { environment: {} }))).toEqual({
    ThrottlingRateLimit: { Ref: "ApiRateLimit" },
    ThrottlingBurstLimit: { Ref: "ApiBurstLimit" },
  });
  // A server that takes no parameters for numbers is given the same ones.
  expect(limits(renderTemplate({ value: own, ...rest }, { environment: {}, numbers: parameters }))).toEqual({
    ThrottlingRateLimit: 7,
    ThrottlingBurstLimit: 200,
  });
});

test.each([
  ["true", ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/apigateway/shop-prod-socket:*"]],
  ["false", []],
])("with websocket access logs %s, the stage writes to %j", async (logged, groups) => {
  const resources = evaluate((await template).value, { ...values, WebsocketAccessLogs: logged });
  const destination = at(
    resources.find(({ id }) => id === "SocketStage")?.properties,
    "AccessLogSettings",
    "DestinationArn",
  );
  expect(destination === undefined ? [] : [textOf(destination)]).toEqual(groups);
});

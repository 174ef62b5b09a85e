import { createServer } from "node:http";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listenLocally } from "../../../../test/helpers/listen.ts";
import { settleLogsRole } from "./logs-role.ts";

const TEMPLATE = '{"Parameters":{"ApiGatewayLogsRole":{"Type":"String"}}}';
const asked: { url?: string | undefined; authorization?: string | undefined }[] = [];
let answer: { status: number; body: string; type?: string };
let endpoint: string;

const server = createServer(({ url, headers: { authorization } }, response) => {
  asked.push({ url, authorization });
  response.writeHead(answer.status, answer.type ? { "x-amzn-errortype": answer.type } : {}).end(answer.body);
});
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const cloudformation = new CloudFormationClient({ region: "eu-west-1", credentials });

beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listenLocally(server)}`;
});
afterAll(() => {
  cloudformation.destroy();
  server.closeAllConnections();
  server.close();
});

const settle = (template = TEMPLATE) =>
  settleLogsRole(
    { cloudformation, name: "ai-pipeline-bootstrap", place: { stage: "" }, aws: (words: string) => words, title: "" },
    template,
    endpoint,
  );

test.each([
  ["none", 200, "{}", "make"],
  ["null", 200, '{"cloudwatchRoleArn":null}', "make"],
  ["its own", 200, '{"cloudwatchRoleArn":"arn:aws:iam::1:role/ai-pipeline-bootstrap-ApiGatewayLogs-1A2B"}', "make"],
  ["another's", 200, '{"cloudwatchRoleArn":"arn:aws:iam::1:role/theirs"}', "keep"],
  ["another's with a path", 200, '{"cloudwatchRoleArn":"arn:aws:iam::1:role/team/theirs"}', "keep"],
  ["no such call", 404, "nothing here", "make"],
])("where there is %s: %i %s", async (_title, status, body, value) => {
  answer = { status, body };
  const { parameters, notes } = await settle();
  expect(parameters).toEqual([{ ParameterKey: "ApiGatewayLogsRole", ParameterValue: value }]);
  expect(notes).toHaveLength(value === "keep" ? 1 : 0);
  expect(asked.at(-1)).toEqual({
    url: "/account",
    authorization: expect.stringContaining("/eu-west-1/apigateway/aws4_request"),
  });
});

test("what may not be read is not overwritten", async () => {
  answer = { status: 403, body: '{"message":"User: x is not authorized"}', type: "AccessDeniedException" };
  await expect(settle()).rejects.toMatchObject({ code: "ACCESS_DENIED", where: "apigateway:GET" });
  answer = { status: 500, body: "" };
  await expect(settle()).rejects.toMatchObject({ message: "apigateway:GET failed: it answered 500" });
});

test("a template that makes no such role is told nothing, and nothing is asked", async () => {
  const before = asked.length;
  expect(await settle('{"Parameters":{"BucketName":{"Type":"String"}}}')).toEqual({ parameters: [], notes: [] });
  expect(asked).toHaveLength(before);
});

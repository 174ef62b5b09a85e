import { describe, expect, test } from "vitest";
import { AbortError } from "../../contract/errors.ts";
import { explainApiError } from "./api-errors.ts";
import { explainAwsError } from "./errors.ts";

const named = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });
const PLACE = { stage: "prod", profile: "work" };

describe("an error of the SDK's", () => {
  test.each([
    [
      named("ExpiredTokenException", "The security token included in the request is expired"),
      "CREDENTIALS_EXPIRED",
      5,
      "aws sso login --profile work",
    ],
    [
      named("CredentialsProviderError", "Token is expired. To refresh this SSO session run 'aws sso login'"),
      "CREDENTIALS_EXPIRED",
      5,
      "aws sso login --profile work",
    ],
    [
      named("CredentialsProviderError", "Could not load credentials from any providers"),
      "CREDENTIALS_MISSING",
      5,
      "--profile NAME,Or, if not AWS is meant, name its endpoint: --endpoint-url http://127.0.0.1:4566",
    ],
    [
      named("UnrecognizedClientException", "The security token included in the request is invalid"),
      "CREDENTIALS_INVALID",
      5,
      "aws sso login",
    ],
    [
      named("AccessDeniedException", "User is not authorized to perform: ssm:GetParameter"),
      "ACCESS_DENIED",
      5,
      "Ask for the permission ssm:GetParameter",
    ],
    [named("Unknown", "Forbidden", { $metadata: { httpStatusCode: 403 } }), "ACCESS_DENIED", 5, "ssm:GetParameter"],
    [
      named("Error", "Region is missing"),
      "REGION_MISSING",
      1,
      "--region eu-west-1, or set AWS_REGION.,Or, if not AWS is meant, name its endpoint: --endpoint-url",
    ],
    [
      named("Error", "connect", { code: "ENOTFOUND" }),
      "UNREACHABLE",
      1,
      "and the region: --region,Or, if not AWS is meant, name its endpoint",
    ],
    [
      named("AggregateError", "", { cause: named("Error", "x", { code: "ECONNREFUSED" }) }),
      "UNREACHABLE",
      1,
      "Check the network",
    ],
  ])("%s", async (error, code, exitCode, hint) => {
    const explained = await explainAwsError(error, "ssm:GetParameter", PLACE);
    expect(explained).toMatchObject({ code, exitCode });
    expect(explained instanceof Error && "hint" in explained ? String(explained.hint) : "").toContain(hint);
  });

  test("another keeps its own words and names the action", async () => {
    expect(
      await explainAwsError(
        named("QueueDoesNotExist", "The specified queue does not exist."),
        "sqs:SendMessage",
        PLACE,
      ),
    ).toMatchObject({
      code: "QUEUE_DOES_NOT_EXIST",
      message: "sqs:SendMessage failed: The specified queue does not exist.",
      where: "sqs:SendMessage",
    });
  });

  test("what was explained already, and an abort, pass", async () => {
    const explained = new AbortError("x", { code: "X" });
    const aborted = named("AbortError", "Request aborted");
    expect([await explainAwsError(explained, "a:B", PLACE), await explainAwsError(aborted, "a:B", PLACE)]).toEqual([
      explained,
      aborted,
    ]);
  });
});

describe("an error of the API's", () => {
  const failure = (status: number | undefined, code: string, more: object = {}) =>
    named("ClientError", "as the API says it", { status, code, ...more });
  test.each([
    [failure(401, "UNAUTHORIZED"), 5, "STAGE_TOKEN"],
    [failure(403, "FORBIDDEN"), 5, "STAGE_TOKEN"],
    [
      failure(400, "INVALID_REQUEST", { issues: [{ path: "callbackUrl", message: "must be https" }] }),
      1,
      "callbackUrl: must be https",
    ],
    [failure(409, "TASK_ENDED"), 1, "tasks show"],
    [failure(404, "TASK_NOT_FOUND"), 1, "Check the id"],
    [failure(undefined, "NETWORK"), 1, "Check the network"],
    [failure(500, "INTERNAL", { hint: "Look into the logs." }), 1, "Look into the logs."],
  ])("%s", (error, exitCode, hint) => {
    const explained = explainApiError(error, "http://stage", PLACE);
    expect(explained).toMatchObject({ exitCode, where: "http://stage" });
    expect(explained instanceof Error && "hint" in explained ? String(explained.hint) : "").toContain(hint);
  });
});

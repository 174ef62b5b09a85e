import { describe, expect, test } from "vitest";
import { AbortError, PipelineError } from "../../contract/errors.ts";
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
    [
      named("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", {
        $metadata: { httpStatusCode: 403 },
      }),
      "CLOCK_WRONG",
      1,
      "set its clock",
    ],
    [
      named("InvalidSignatureException", "Signature expired: 20261129T000000Z is now earlier than 20261129T010000Z"),
      "CLOCK_WRONG",
      1,
      "set its clock",
    ],
    [
      named("OptInRequired", "The AWS Access Key Id needs a subscription for the service", {
        $metadata: { httpStatusCode: 403 },
      }),
      "NOT_ENABLED",
      1,
      "--region",
    ],
    [
      named("Error", 'Region not accepted: region="eu_west" is not a valid hostname component.'),
      "REGION_INVALID",
      1,
      "--region eu-west-1",
    ],
    [named("TypeError", "Invalid URL", { code: "ERR_INVALID_URL" }), "ENDPOINT_INVALID", 1, "--endpoint-url http://"],
    [named("ThrottlingException", "Rate exceeded"), "THROTTLING_EXCEPTION", 1, "wait a moment"],
    [named("ParameterLimitExceeded", "too many"), "PARAMETER_LIMIT_EXCEEDED", 1, "Service Quotas"],
    [named("QueueDoesNotExist", "It does not exist."), "QUEUE_DOES_NOT_EXIST", 1, "--region, --profile"],
  ])("%s", async (error, code, exitCode, hint) => {
    const explained = await explainAwsError(error, "ssm:GetParameter", PLACE);
    expect(explained).toMatchObject({ code, exitCode });
    expect(explained instanceof Error && "hint" in explained ? String(explained.hint) : "").toContain(hint);
  });

  test("a refusal names the policy that has what was called, of whoever may read it", async () => {
    const denied = named("AccessDeniedException", "not authorized");
    const hintOf = async (place: Parameters<typeof explainAwsError>[2]) => {
      const explained = await explainAwsError(denied, "ssm:GetParameter", place);
      return explained instanceof Error && "hint" in explained ? String(explained.hint) : "";
    };
    expect(await hintOf(PLACE)).toContain("--role reader");
    expect(await hintOf({ ...PLACE, role: "ci" })).toContain("--role ci");
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

  test.each([
    ["Unknown", "UnknownError", 503, "HTTP_503", "HTTP 503", "https://health.aws.amazon.com"],
    ["Unknown", "Unknown", 302, "HTTP_302", "HTTP 302", "sends callers elsewhere"],
    ["Unknown", "UnknownError", 400, "HTTP_400", "HTTP 400", "--region, --profile"],
    ["NotFound", "UnknownError", 404, "NOT_FOUND", "NotFound, HTTP 404", "--region, --profile"],
  ])("without words (%s, %s, %d) is told by its status", async (name, message, httpStatusCode, code, text, hint) => {
    const error = named(name, message, { $metadata: { httpStatusCode } });
    expect(await explainAwsError(error, "s3:GetObject", PLACE)).toMatchObject({
      code,
      message: `s3:GetObject failed: ${text}`,
      hint: expect.arrayContaining([expect.stringContaining(hint)]),
    });
    const there = { stage: "prod", endpoint: "http://127.0.0.1:4566" };
    const elsewhere = await explainAwsError(error, "s3:GetObject", there);
    expect(String(elsewhere instanceof PipelineError && elsewhere.hint)).not.toContain("health.aws");
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

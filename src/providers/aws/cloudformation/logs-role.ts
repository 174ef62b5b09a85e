import type { StackParameter } from "../../../contract/variables.ts";
import { jsonIn, member } from "../../../contract/json.ts";
import { partitionOf } from "../../../contract/partitions.ts";
import { calling } from "../errors.ts";
import type { StackContext } from "./stack.ts";

/** Of a template that makes the role: `make`, or `keep` where the region has another's. */
const PARAMETER = "ApiGatewayLogsRole";
/** What the template calls the role, by which CloudFormation names it. */
const RESOURCE = "ApiGatewayLogs";
const ANSWER_MS = 15_000;

/**
 * The role by which API Gateway writes logs is one for all APIs of a region: what somebody else has set is left alone.
 *
 * @param body a template, as JSON. @param endpoint of API Gateway, where it is not AWS's own.
 * @returns what a template that would make the role is told; nothing for others.
 */
export async function settleLogsRole(
  context: StackContext,
  body: string,
  endpoint: string | undefined,
): Promise<{ parameters: StackParameter[]; notes: string[] }> {
  if (member(member(jsonIn(body), "Parameters"), PARAMETER) === undefined) return { parameters: [], notes: [] };
  const role = await readLogsRole(context, endpoint);
  // By the name alone: it may have been made by an earlier stack of this name, or in another region.
  const others = role !== undefined && !role.includes(`:role/${context.name}-${RESOURCE}-`);
  return {
    parameters: [{ ParameterKey: PARAMETER, ParameterValue: others ? "keep" : "make" }],
    notes: others ? [`leaves the role by which the region's APIs write logs as it is: ${role}`] : [],
  };
}

/**
 * One signed request: API Gateway's own client would be a package for this alone.
 * @returns the role's ARN; undefined where none is set.
 */
function readLogsRole({ cloudformation, place }: StackContext, endpoint?: string): Promise<string | undefined> {
  return calling("apigateway:GET", place, async () => {
    const region = await cloudformation.config.region();
    const url = new URL(endpoint ?? `https://apigateway.${region}.${partitionOf(region).urlSuffix}`);
    const path = `${url.pathname.replace(/\/$/, "")}/account`;
    const signer = await cloudformation.config.signer();
    const { headers } = await signer.sign(
      { method: "GET", protocol: url.protocol, hostname: url.hostname, path, headers: { host: url.host }, query: {} },
      { signingService: "apigateway", signingRegion: region },
    );
    const answer = await fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await answer.text();
    if (answer.ok) {
      const role = member(jsonIn(text), "cloudwatchRoleArn");
      return typeof role === "string" && role !== "" ? role : undefined;
    }
    // A server that is AWS-compatible need not have this.
    if (endpoint !== undefined && (answer.status === 404 || answer.status === 501)) return undefined;
    throw refused(answer, text);
  });
}

/** As the SDK's errors are, so that they are explained alike. */
function refused({ status, headers }: Response, text: string): Error {
  const said = member(jsonIn(text), "message");
  const error = new Error(typeof said === "string" ? said : `it answered ${status}`);
  return Object.assign(error, {
    name: headers.get("x-amzn-errortype")?.split(":")[0] ?? "Error",
    $metadata: { httpStatusCode: status },
  });
}

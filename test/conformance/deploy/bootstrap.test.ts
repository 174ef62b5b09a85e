import { CloudFormationClient, ListStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import { makeFolder, run } from "../../cli/harness.ts";
import { describeWith, peerContext } from "../tools.ts";

const account = z.object({ cloudwatchRoleArn: z.string().nullish() });

describeWith("ministack", () => {
  let server: RunningServer;
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  beforeAll(async () => {
    [server, folder] = await Promise.all([startMiniStack(peerContext()), makeFolder({})]);
  });
  afterAll(async () => {
    await server?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  /** What a region has, and sets it first where a value is given. */
  async function logsRole(region: string, value?: string): Promise<string | undefined> {
    const patchOperations = [{ op: "replace", path: "/cloudwatchRoleArn", value }];
    const change = value === undefined ? {} : { method: "PATCH", body: JSON.stringify({ patchOperations }) };
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20261129/${region}/apigateway/aws4_request, SignedHeaders=host, Signature=x`,
      "content-type": "application/json",
    };
    const answer = await fetch(`${server.endpoint}/account`, { headers, ...change });
    return account.parse(await answer.json()).cloudwatchRoleArn ?? undefined;
  }

  async function resources(region: string): Promise<string[]> {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const cloudformation = new CloudFormationClient({ endpoint: server.endpoint, region, credentials });
    const command = new ListStackResourcesCommand({ StackName: "ai-pipeline-bootstrap" });
    const { StackResourceSummaries = [] } = await cloudformation.send(command);
    cloudformation.destroy();
    return StackResourceSummaries.map(({ LogicalResourceId = "" }) => LogicalResourceId).toSorted();
  }

  const bootstrap = (region: string, ...more: string[]) =>
    run(["bootstrap", "--region", region, "--endpoint-url", server.endpoint, ...more], { cwd: folder.dir });
  const notesOf = ({ events }: Awaited<ReturnType<typeof bootstrap>>) =>
    events.find(({ type }) => type === "plan")?.["notes"];

  test("where a region has no role for its APIs' logs, it is made; its own is no other's", async () => {
    const region = "us-east-1";
    const made = await bootstrap(region, "--yes", "--json");
    expect(made.events.at(-1)).toMatchObject({ type: "summary", unchanged: false });
    expect(notesOf(made)).toEqual([]);
    expect(await resources(region)).toEqual(["ApiGatewayAccount", "ApiGatewayLogs", "Artifacts", "ArtifactsPolicy"]);
    expect(await logsRole(region)).toMatch(/:role\/ai-pipeline-bootstrap-ApiGatewayLogs-/);
    const again = await bootstrap(region, "--yes", "--json");
    expect(again.events.at(-1)).toMatchObject({ type: "summary", unchanged: true });
    expect(notesOf(again)).toEqual([]);
  });

  test("one that others have set is left alone, and the plan says it", async () => {
    const region = "eu-west-1";
    const others = "arn:aws:iam::000000000000:role/of-another-team";
    await logsRole(region, others);
    const note = `leaves the role by which the region's APIs write logs as it is: ${others}`;
    expect((await bootstrap(region)).stderr).toContain(note);
    const made = await bootstrap(region, "--yes", "--json");
    expect(made.events.at(-1)).toMatchObject({ type: "summary", unchanged: false });
    expect(notesOf(made)).toEqual([note]);
    expect(await resources(region)).toEqual(["Artifacts", "ArtifactsPolicy"]);
    expect(await logsRole(region)).toBe(others);
  });
});

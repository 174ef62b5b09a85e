import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import type { LocalStack } from "../../../src/local/stack.ts";
import { makeFolder, PROJECT, run } from "../../cli/harness.ts";
import { startOurs } from "../local-stack.ts";
import { describeWith, peerContext } from "../tools.ts";

/*
 * The README's lines for a pipeline that has no ai-pipeline to deploy with, as they stand there: the AWS CLI and jq take what
 * `build` wrote. MiniStack takes no parameters for the numbers of an event source mapping, for which `build` has an option.
 */

const root = join(import.meta.dirname, "..", "..", "..");
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const shell = promisify(execFile);

/** @returns the lines of the README's block with the text, without its continuations. */
async function readmeBlock(text: string): Promise<string[]> {
  const blocks = (await readFile(join(root, "README.md"), "utf8")).matchAll(/```sh\n([\s\S]*?)```/g);
  const found = [...blocks].map(([, block = ""]) => block).find((block) => block.includes(text));
  if (!found) throw new Error(`The README has no block with ${text}.`);
  return found.replaceAll("\\\n", " ").trim().split("\n");
}

describeWith("ministack", () => {
  const aws = inject("tools")["aws-python"];
  const missing =
    "missing" in aws ? aws.missing : spawnSync("jq", ["--version"]).error ? "jq is not at hand" : undefined;
  const why = missing === undefined ? "" : ` [skipped: ${missing}]`;
  let server: RunningServer;
  let model: LocalStack;
  beforeAll(async () => {
    [server, model] = await Promise.all([startMiniStack(peerContext()), startOurs("memory")]);
  });
  afterAll(async () => {
    await server?.close();
    await model?.close();
  });

  test.skipIf(missing !== undefined)(`the README's own pipeline deploys a stage${why}`, async () => {
    await using folder = await makeFolder({
      ...PROJECT,
      "ai-pipeline.config.ts": `export default {
        app: "my-app",
        worker: { environment: { OPENAI_BASE_URL: "${model.endpoint}/_ai-pipeline/model/v1", OPENAI_API_KEY: "offline", OPENAI_MODEL: "offline" } },
      };`,
    });
    const stage = (...argv: string[]) =>
      run([...argv, "--stage", "prod", "--endpoint-url", server.endpoint], { cwd: folder.dir, stdin: "" });
    const options = { endpoint: server.endpoint, region: "us-east-1", credentials };
    const [s3, cloudformation] = [
      new S3Client({ ...options, forcePathStyle: true }),
      new CloudFormationClient(options),
    ];
    await s3.send(new CreateBucketCommand({ Bucket: "my-releases" }));
    await run(["init", ".", "--iac", "cloudformation"], { cwd: folder.dir });
    for (const name of ["STAGE_TOKEN", "WEBHOOK_SECRET"])
      expect((await stage("secrets", "set", name, "--generate")).exitCode).toBe(0);

    const [build = "", ...lines] = await readmeBlock("create-change-set");
    const words = build.replace("npx ai-pipeline ", "").split(" ");
    expect((await run([...words, "--literal-numbers"], { cwd: folder.dir })).exitCode).toBe(0);
    const env = {
      PATH: `${"path" in aws ? aws.path : ""}:${process.env["PATH"]}`,
      HOME: folder.dir,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    await shell("bash", ["-euo", "pipefail", "-c", lines.join("\n")], { cwd: folder.dir, env });
    const status = async () => {
      const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: "my-app-prod" }));
      return Stacks?.[0]?.StackStatus;
    };
    await expect.poll(status, { timeout: 60_000 }).toBe("CREATE_COMPLETE");

    const asked = await stage("submit", "ask why queues have dead letters", "--wait");
    expect(asked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Offline model") });
    s3.destroy();
    cloudformation.destroy();
  });
});

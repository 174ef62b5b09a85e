import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import { makeFolder, PROJECT, run } from "../../cli/harness.ts";
import { describeWith, peerContext } from "../tools.ts";

/** The account's root, as MiniStack has it. */
const ROOT = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };
const SIGNED = "20261129/us-east-1";

describeWith("ministack", () => {
  let server: RunningServer;
  const before = Object.fromEntries(Object.keys(ROOT).map((name) => [name, process.env[name]]));
  beforeAll(async () => {
    Object.assign(process.env, ROOT);
    server = await startMiniStack(peerContext(), { AUTH: "true" });
  });
  afterAll(async () => {
    await server?.close();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  /** What root asks of a service that this package has no client for. */
  async function asRoot(service: string, path: string, method: string, body?: URLSearchParams): Promise<string> {
    const authorization = `AWS4-HMAC-SHA256 Credential=test/${SIGNED}/${service}/aws4_request, SignedHeaders=host, Signature=x`;
    const answer = await fetch(`${server.endpoint}${path}`, {
      method,
      headers: { authorization },
      ...(body ? { body } : {}),
    });
    expect(answer.ok).toBe(true);
    return answer.text();
  }
  const iam = (Action: string, input: Record<string, string>) =>
    asRoot("iam", "/", "POST", new URLSearchParams({ Action, Version: "2010-05-08", UserName: "deployer", ...input }));

  /** What the command line itself calls: the resources MiniStack makes without a question to IAM. */
  test(
    "the deployer's policy suffices for a stage's life, under an IAM that is asked",
    { timeout: 300_000 },
    async () => {
      await using folder = await makeFolder({
        ...PROJECT,
        "ai-pipeline.config.ts": `export default { app: "theirs", worker: { environment: { MODEL_PROVIDER: "none" } } };`,
      });
      let env = ROOT;
      const cli = (...argv: string[]) =>
        run([...argv, "--endpoint-url", server.endpoint], { cwd: folder.dir, env, stdin: "sk-nobody" });
      const stage = (...argv: string[]) => cli(...argv, "--stage", "dev");
      await run(["init", ".", "--iac", "cloudformation"], { cwd: folder.dir });
      await withoutTls(folder.dir);
      expect((await cli("bootstrap", "--yes")).exitCode).toBe(0);
      await asRoot("s3", "/ai-pipeline-artifacts-000000000000-us-east-1?policy", "DELETE");

      const asked = ["--role", "deployer", "--stage", "dev", "--account", "000000000000", "--region", "us-east-1"];
      const { stdout: PolicyDocument } = await run(["iam", "policy", ...asked], { cwd: folder.dir });
      await iam("CreateUser", {});
      await iam("PutUserPolicy", { PolicyName: "deployer", PolicyDocument });
      const key = await iam("CreateAccessKey", {});
      const [id = "", secret = ""] = ["AccessKeyId", "SecretAccessKey"].map(
        (name) => key.split(`<${name}>`)[1]?.split("<")[0],
      );
      env = { ...ROOT, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
      Object.assign(process.env, env);

      for (const argv of [
        ["plan"],
        ["deploy", "--yes"],
        ["secrets", "set", "OPENAI_API_KEY"],
        ["secrets", "list"],
        ["deploy", "--code-only"],
        ["destroy", "--yes", "--keep-data"],
        ["deploy", "--yes"],
      ]) {
        const { exitCode, stderr } = await stage(...argv);
        expect({ argv, exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ argv, exitCode: 0, stderr: "" });
      }
      // That IAM is asked at all: what is an administrator's, and what is for those who submit.
      expect(await cli("bootstrap", "--yes")).toMatchObject({ exitCode: 5 });
      expect(await stage("submit", "hello")).toMatchObject({ exitCode: 5 });
      expect(await stage("destroy", "--yes")).toMatchObject({ exitCode: 0 });
    },
  );
});

/** MiniStack speaks no TLS here, so that what demands it would refuse everything. */
async function withoutTls(dir: string): Promise<void> {
  const file = join(dir, "infra/template.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replaceAll('"aws:SecureTransport": "false"', '"aws:SecureTransport": "never"'));
}

import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { startEmbeddedStack } from "../../helpers/stack.ts";
import { describeWith } from "../tools.ts";
import { ACCOUNT, makeProject, type Project } from "./project.ts";

describeWith("terraform", (cliConfig) => {
  let stack: LocalStack;
  let project: Project;
  const own = (...words: string[]) => project.own(...words);
  const place = () => ["--stage", "dev", "--endpoint-url", stack.endpoint];
  const summaryOf = (events: Record<string, unknown>[]) => events.at(-1);

  beforeAll(async () => {
    stack = await startEmbeddedStack();
    project = await makeProject(cliConfig, stack.endpoint, "minimal");
  });
  afterAll(() => stack.close());

  test("a plan is told, and changes nothing", async () => {
    const { exitCode, stdout, stderr } = await own("plan", ...place());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    expect(stdout).toContain("+ aws_sqs_queue.ai_task_queue");
    expect(stdout).toMatch(/^\d+ to create$/m);
    expect(stack.services.sqs.stats("my-app-dev-tasks")).toBeUndefined();
  });

  test("a plan is saved for nobody else to read, and applied", async () => {
    expect(await own("plan", ...place(), "--out", "dev.plan", "--detailed-exitcode")).toMatchObject({ exitCode: 2 });
    expect((await stat(join(project.dir, "dev.plan"))).mode & 0o777).toBe(0o600);
    const { exitCode, events, stderr } = await own("deploy", ...place(), "--plan", "dev.plan", "--yes", "--json");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    expect(summaryOf(events)).toMatchObject({
      operation: "deploy",
      kind: "terraform",
      unchanged: false,
      outputs: { app: "my-app", stage: "dev", account: ACCOUNT, functions: { worker: "my-app-dev-worker" } },
    });
    const done = events.filter(({ type, state }) => type === "resource" && state === "done");
    expect(done.at(-1)).toMatchObject({ address: "aws_ssm_parameter.outputs", action: "create" });
    expect(stack.services.lambda.get("my-app-dev-worker")).toBeDefined();
  });

  test("a second deployment has nothing to do", async () => {
    const { exitCode, events } = await own("deploy", ...place(), "--yes", "--json");
    expect(exitCode).toBe(0);
    expect(summaryOf(events)).toMatchObject({ unchanged: true });
    expect(events.filter(({ type }) => type === "resource")).toEqual([]);
  });

  test("no secret is in what Terraform keeps, reads or says", async () => {
    const { ssm } = stack.services;
    const values = ["STAGE_TOKEN", "WEBHOOK_SECRET"].map((name) => ssm.get(`/ai-pipeline/my-app/dev/secrets/${name}`));
    const state = await readFile(join(project.dir, "infra", "terraform.tfstate.d", "dev", "terraform.tfstate"), "utf8");
    const { stdout } = await own("plan", ...place(), "--json");
    for (const value of values) {
      expect(value).toMatch(/.{20}/);
      expect([state, stdout].filter((text) => text.includes(value ?? ""))).toEqual([]);
    }
  });

  test("a stage that was paused stays paused, and it is said", async () => {
    expect(await own("pause", ...place(), "--reason", "the model is down")).toMatchObject({ exitCode: 0 });
    const { stdout, stderr, exitCode } = await own("deploy", ...place(), "--yes");
    expect(exitCode).toBe(0);
    expect(stdout + stderr).toMatch(/stays paused, as .+ left it/);
    expect((await own("status", ...place(), "--json")).events).toContainEqual(
      expect.objectContaining({ consumption: expect.objectContaining({ paused: expect.anything() }) }),
    );
    expect(await own("resume", ...place())).toMatchObject({ exitCode: 0 });
  });

  test("code alone is replaced without Terraform", async () => {
    const worker = join(project.dir, "src/worker.ts");
    await writeFile(worker, `${await readFile(worker, "utf8")}\nconsole.log("a change");\n`);
    const { exitCode, events } = await own("deploy", ...place(), "--code-only", "--json");
    expect(exitCode).toBe(0);
    expect(events).toContainEqual(expect.objectContaining({ type: "code", name: "my-app-dev-worker", state: "live" }));
    expect(events).toContainEqual(expect.objectContaining({ type: "code", name: "my-app-dev-api", state: "same" }));
    expect(events.some(({ type }) => type === "plan")).toBe(false);
  });

  test("a changed setting is planned as it would change", async () => {
    const config = join(project.dir, "ai-pipeline.config.ts");
    await writeFile(config, (await readFile(config, "utf8")).replace("timeout: 50", "timeout: 60"));
    const { stdout, exitCode } = await own("plan", ...place());
    expect(exitCode).toBe(0);
    expect(stdout).toContain("~ aws_sqs_queue.ai_task_queue");
    expect(stdout).toContain("visibility_timeout_seconds: 300 -> 360");
    expect(stdout).toContain("timeout: 50 -> 60");
  });

  test("a file that was broken is named with its line, and nothing is changed", async () => {
    const file = join(project.dir, "infra", "queues.tf");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("  batch_size ", "  batch_sice "));
    const { stderr, exitCode } = await own("deploy", ...place(), "--yes");
    await writeFile(file, text);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/at <dir>\/infra\/queues\.tf:\d+:\d+/);
    expect(stderr).toContain("batch_sice");
  });

  test("destroy removes all of it", async () => {
    const { exitCode, events, stderr } = await own("destroy", ...place(), "--yes", "--json");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    expect(summaryOf(events)).toMatchObject({ operation: "destroy", kind: "terraform", kept: [] });
    expect(stack.services.sqs.stats("my-app-dev-tasks")).toBeUndefined();
    expect(stack.services.lambda.get("my-app-dev-worker")).toBeUndefined();
  });
});

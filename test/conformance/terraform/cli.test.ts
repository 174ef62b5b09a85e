import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
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
    // A pipeline plans and applies, whether there is something to do or not.
    expect(await own("plan", ...place(), "--out", "same.plan")).toMatchObject({ exitCode: 0 });
    const applied = await own("deploy", ...place(), "--plan", "same.plan", "--yes", "--json");
    expect(summaryOf(applied.events)).toMatchObject({ type: "summary", unchanged: true });
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

  test("a secret that is missing is made also where nothing else is to do", async () => {
    expect(await own("deploy", ...place(), "--yes")).toMatchObject({ exitCode: 0 });
    expect(await own("secrets", "unset", "STAGE_TOKEN", ...place())).toMatchObject({ exitCode: 0 });
    const { stderr, events } = await own("deploy", ...place(), "--yes", "--json");
    expect(summaryOf(events), stderr).toMatchObject({ unchanged: false });
    expect(stack.services.ssm.get("/ai-pipeline/my-app/dev/secrets/STAGE_TOKEN")).toMatch(/^stage_/);
  });

  test("a plan goes with its code, and with no other", async () => {
    const worker = join(project.dir, "src/worker.ts");
    const archive = join(project.dir, "dist", "worker.zip");
    await writeFile(worker, `${await readFile(worker, "utf8")}\nconsole.log("planned");\n`);
    expect(await own("plan", ...place(), "--out", "code.plan")).toMatchObject({ exitCode: 0 });
    const planned = await readFile(archive);
    await writeFile(worker, `${await readFile(worker, "utf8")}\nconsole.log("after it");\n`);
    expect(await own("build", "--stage", "dev")).toMatchObject({ exitCode: 0 });
    const apply = ["deploy", ...place(), "--plan", "code.plan", "--yes", "--json"];
    expect(summaryOf((await own(...apply)).events)).toMatchObject({ code: "PLAN_CODE_CHANGED" });
    await rm(archive);
    expect(summaryOf((await own(...apply)).events)).toMatchObject({ code: "PLAN_CODE_MISSING" });
    await writeFile(archive, planned);
    expect(await own(...apply)).toMatchObject({ exitCode: 0 });
  });

  test("what build wrote for plain terraform is refused when its archives are others by then", async () => {
    expect(await own("build", "--stage", "dev")).toMatchObject({ exitCode: 0 });
    await writeFile(join(project.dir, "dist", "worker.zip"), "something else");
    const words = ["plan", "-input=false", "-no-color", "-var-file=../dist/terraform.tfvars.json"];
    const env = { ...project.env, TF_WORKSPACE: "dev" };
    const plain = await execa("terraform", words, {
      cwd: join(project.dir, "infra"),
      env,
      extendEnv: false,
      reject: false,
    });
    expect(plain.exitCode).toBe(1);
    expect(plain.stderr.replaceAll(/[│\s]+/g, " ")).toContain(
      "is not what the variables say: the code was built anew since",
    );
  });

  test("what would lose data needs a word of its own where nobody is asked", async () => {
    const file = join(project.dir, "infra", "data.tf");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"${local.base}-tasks"', '"${local.base}-other"'));
    const refused = await own("deploy", ...place(), "--yes", "--json");
    expect(summaryOf(refused.events)).toMatchObject({ code: "DATA_LOSS", where: "aws_dynamodb_table.tasks" });
    expect(await own("deploy", ...place(), "--yes", "--allow-data-loss")).toMatchObject({ exitCode: 0 });
    await writeFile(file, text);
    expect(await own("deploy", ...place(), "--yes", "--allow-data-loss")).toMatchObject({ exitCode: 0 });
  });

  test("a stage is not planned or removed by a state that is not its own", async () => {
    const states = join(project.dir, "infra", "terraform.tfstate.d");
    const state = join(states, "dev", "terraform.tfstate");
    const text = await readFile(state, "utf8");
    await rename(states, `${states}.away`);
    for (const command of ["plan", "deploy", "destroy"]) {
      const words = [command, ...place(), ...(command === "plan" ? [] : ["--yes"]), "--json"];
      expect(summaryOf((await own(...words)).events), command).toMatchObject({ code: "STATE_ELSEWHERE" });
    }
    await rm(states, { recursive: true });
    await rename(`${states}.away`, states);
    await writeFile(state, text.replaceAll(/("region":(?:\s*\{[^}]*)?\s*)"us-east-1"/g, '$1"eu-west-1"'));
    const elsewhere = await own("plan", ...place(), "--json");
    expect(summaryOf(elsewhere.events)).toMatchObject({
      code: "STATE_MISMATCH",
      message: "The state is of region eu-west-1; this would be region us-east-1.",
    });
    await writeFile(state, text);
    expect(stack.services.lambda.get("my-app-dev-worker")).toBeDefined();
    expect(await own("secrets", "list", ...place())).toMatchObject({ stdout: expect.stringContaining("STAGE_TOKEN") });
  });

  test("destroy removes all of it", async () => {
    const { exitCode, events, stderr } = await own("destroy", ...place(), "--yes", "--json");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    expect(summaryOf(events)).toMatchObject({ operation: "destroy", kind: "terraform", kept: [] });
    expect(stack.services.sqs.stats("my-app-dev-tasks")).toBeUndefined();
    expect(stack.services.lambda.get("my-app-dev-worker")).toBeUndefined();
  });
});

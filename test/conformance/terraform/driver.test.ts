import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/contract/clock.ts";
import type { ResolvedConfig } from "../../../src/contract/config.ts";
import { PipelineError } from "../../../src/contract/errors.ts";
import type {
  InfrastructureDriver,
  InfrastructurePlan,
  ResourceProgress,
} from "../../../src/contract/infrastructure.ts";
import { stageVariables } from "../../../src/contract/variables.ts";
import { InterruptedError } from "../../../src/lib/interrupt.ts";
import { openTerraform } from "../../../src/providers/terraform/index.ts";
import { describeWith } from "../tools.ts";
import { templateConfig } from "./configs.ts";
import { archive, makeWorkdir, type Workdir } from "./workdir.ts";

const SECOND = 1000;
const never = new AbortController().signal;

describeWith("terraform", (cliConfig) => {
  let it: Workdir;
  let driver: InfrastructureDriver;
  let config: ResolvedConfig;
  const open = ({ env = it.env, ...rest }: { env?: NodeJS.ProcessEnv; keep?: string[] } = {}) => {
    const references = { worker: archive("worker"), api: archive("api") };
    const build = { archives: [], variables: stageVariables(config), references };
    const place = { app: config.app, stage: "dev", directory: it.dir, file: join(it.dir, "queues.tf") };
    return openTerraform({ ...place, build, ...rest }, { target: {}, env, clock: systemClock });
  };

  beforeEach(async () => {
    config = await templateConfig("minimal");
    it = await makeWorkdir(cliConfig, config);
    driver = open();
  });
  afterEach(() => driver.close());

  test("a stage's whole life: absent, planned, made, unchanged, changed, removed", async () => {
    expect(await driver.state(never)).toEqual({ state: "absent" });
    const first = await planOf(driver, "deploy");
    expect(first.changes.length).toBeGreaterThan(50);
    expect(new Set(first.changes.map(({ action }) => action))).toEqual(new Set(["create"]));
    expect(first.changes).toContainEqual({
      address: "aws_sqs_queue.ai_task_queue",
      kind: "aws_sqs_queue",
      name: "my-app-dev-tasks",
      action: "create",
      attributes: [],
    });
    const made = await applied(driver, first);
    expect(made.filter(({ state }) => state === "done")).toHaveLength(first.changes.length);
    // A stage describes itself when its APIs and its queue's mapping are there; alarms may still be on their way.
    const done = made.flatMap((event) => (event.state === "done" ? [event.address] : []));
    const needed = done.filter((address) => /^aws_(apigatewayv2_(route|stage)|lambda_event_source)/.test(address));
    expect(needed.length).toBeGreaterThan(10);
    for (const address of needed) expect(done.indexOf(address)).toBeLessThan(done.indexOf("aws_ssm_parameter.outputs"));
    // An API without routes is not deployed.
    for (const api of ["http", "socket"]) {
      const routes = done.filter((address) => address.startsWith(`aws_apigatewayv2_route.${api}[`));
      expect(routes.length).toBeGreaterThan(2);
      for (const route of routes) {
        expect(done.indexOf(route)).toBeLessThan(done.indexOf(`aws_apigatewayv2_stage.${api}`));
      }
    }
    expect(await driver.state(never)).toEqual({ state: "ready" });

    expect(await planOf(driver, "deploy")).toMatchObject({ changes: [], notes: [] });

    config = { ...config, queue: { ...config.queue, visibilityTimeout: 360 } };
    await driver.close();
    driver = open();
    const changed = await planOf(driver, "deploy");
    expect(changed.changes).toEqual([
      {
        address: "aws_sqs_queue.ai_task_queue",
        kind: "aws_sqs_queue",
        name: "my-app-dev-tasks",
        action: "change",
        attributes: [{ path: "visibility_timeout_seconds", before: 300, after: 360 }],
      },
    ]);
    await applied(driver, changed);

    const gone = await planOf(driver, "destroy");
    expect(gone.changes.filter(({ loses }) => loses !== undefined).map(({ address }) => address)).toEqual(
      expect.arrayContaining(["aws_dynamodb_table.tasks", "aws_s3_bucket.documents", "aws_sqs_queue.dead_letters"]),
    );
    await applied(driver, gone);
    expect(await it.resources()).toEqual({});
    expect(await driver.state(never)).toEqual({ state: "absent" });
  });

  test("a removal that keeps the data leaves it to the next deployment", async () => {
    await applied(driver, await planOf(driver, "deploy"));
    const keeping = open({ keep: ["my-app-dev-tasks"] });
    const plan = await planOf(keeping, "destroy");
    expect(plan.notes).toEqual([]);
    await applied(keeping, plan);
    await keeping.close();
    expect(Object.keys(await it.resources()).filter((type) => !type.startsWith("aws_s3_bucket"))).toEqual([
      "aws_dynamodb_table",
    ]);
    expect((await it.resources())["aws_dynamodb_table"]).toEqual(["my-app-dev-tasks"]);
    const again = await planOf(driver, "deploy");
    expect(again.changes.map(({ address }) => address)).not.toContain("aws_dynamodb_table.tasks");
    expect(new Set(again.changes.map(({ action }) => action))).toEqual(new Set(["create"]));
  });

  test("a replacement says what replaces and what is lost; a policy differs where it differs", async () => {
    await applied(driver, await planOf(driver, "deploy"));
    await it.edit("data.tf", (text) =>
      text
        .replace('hash_key     = "pk"', 'hash_key     = "id"')
        .replace('["pk", "sk", "gpk", "gsk"]', '["id", "sk", "gpk", "gsk"]'),
    );
    await it.edit("queues.tf", (text) => text.replace('"TlsOnly"', '"Tls"'));
    const { changes } = await planOf(driver, "deploy");
    const table = changes.find(({ address }) => address === "aws_dynamodb_table.tasks");
    expect(table).toMatchObject({ action: "replace", loses: "all records in it" });
    expect(table?.attributes).toContainEqual({ path: "hash_key", before: "pk", after: "id", replaces: true });
    expect(changes.find(({ address }) => address === 'aws_sqs_queue_policy.tls_only["tasks"]')?.attributes).toEqual([
      { path: "policy.Statement[0].Sid", before: "TlsOnly", after: "Tls" },
    ]);
  });

  test("what was changed by hand is told, and nothing that AWS makes up by itself", async () => {
    await applied(driver, await planOf(driver, "deploy"));
    await it.meddle("aws_lambda_function", "my-app-dev-worker", { last_modified: "2026-11-28T21:50:12.000+0000" });
    const queue = "https://sqs.us-east-1.amazonaws.com/123456789012/my-app-dev-tasks-dlq";
    await it.meddle("aws_sqs_queue", queue, { redrive_allow_policy: '{"redrivePermission":"byQueue"}' });
    expect(await planOf(driver, "deploy")).toMatchObject({ changes: [], notes: [] });
    await it.meddle("aws_lambda_function", "my-app-dev-worker", { timeout: 900 });
    const { notes, changes } = await planOf(driver, "deploy");
    expect(notes).toEqual(["aws_lambda_function.ai_worker was changed by other means since the last deployment"]);
    expect(changes).toMatchObject([
      { address: "aws_lambda_function.ai_worker", attributes: [{ path: "timeout", before: 900, after: 50 }] },
    ]);
    await it.meddle("aws_cloudwatch_metric_alarm", "my-app-dev-cost", undefined);
    expect((await planOf(driver, "deploy")).notes).toContain(
      "aws_cloudwatch_metric_alarm.cost was deleted by other means since the last deployment",
    );
  });

  test("a failure is an event with the service's words, and the error says what state the stage is in", async () => {
    await it.faults([{ type: "aws_sqs_queue", name: "my-app-dev-tasks-dlq", error: "QuotaExceeded: too many queues" }]);
    const plan = await planOf(driver, "deploy");
    const { events, error } = await failing(driver, plan);
    expect(events.filter(({ state }) => state === "failed")).toEqual([
      expect.objectContaining({
        address: "aws_sqs_queue.dead_letters",
        action: "create",
        reason: "QuotaExceeded: too many queues.",
      }),
    ]);
    const done = events.filter(({ state }) => state === "done").length;
    expect(error).toMatchObject({ code: "DEPLOY_FAILED", message: "1 resource failed.", exitCode: 1 });
    expect(error.hint).toEqual([
      "aws_sqs_queue.dead_letters: QuotaExceeded: too many queues.",
      expect.stringContaining("A quota of the account is used up"),
      `${done} changes were made and are in the state; nothing is undone.`,
      "Run the same command again: it goes on where this one stopped.",
    ]);
    await it.faults([]);
    await applied(driver, await planOf(driver, "deploy"));
    expect(await planOf(driver, "deploy")).toMatchObject({ changes: [] });
  });

  test("what cannot be removed is told with its reason, though Terraform tells the two apart", async () => {
    await applied(driver, await planOf(driver, "deploy"));
    const busy = "InvalidParameterValueException: the function is in use";
    await it.faults([{ type: "aws_lambda_function", name: "my-app-dev-socket", action: "delete", error: busy }]);
    const one = await failing(driver, await planOf(driver, "destroy"));
    const socket = 'aws_lambda_function.api["socket"]';
    expect(one.events.filter(({ state }) => state === "failed")).toEqual([
      expect.objectContaining({ address: socket, action: "delete", reason: `${busy}.` }),
    ]);
    expect(one.error).toMatchObject({ code: "DESTROY_FAILED", message: "1 resource failed." });
    expect(one.error.hint[0]).toBe(`${socket}: ${busy}.`);

    await applied(driver, await planOf(driver, "deploy"));
    await it.faults([{ type: "aws_cloudwatch_metric_alarm", action: "delete", error: "Throttling: Rate exceeded" }]);
    const several = await failing(driver, await planOf(driver, "destroy"));
    expect(several.events.filter(({ state }) => state === "failed").map(({ reason }) => reason)).toEqual(
      Array.from({ length: 5 }, () => "the reason is told below"),
    );
    expect(several.error.hint.slice(0, 3)).toEqual([
      "5 resources: Throttling: Rate exceeded.",
      "AWS was asked for too much at once: wait a moment.",
      expect.stringMatching(/^\d+ changes were made/),
    ]);
  });

  test("Ctrl-C is sent once, and the error says what may be half made", async () => {
    await it.faults([{ type: "aws_dynamodb_table", ms: 60 * SECOND }]);
    const plan = await planOf(driver, "deploy");
    const controller = new AbortController();
    const events: ResourceProgress[] = [];
    const run = async () => {
      for await (const event of driver.apply(plan, controller.signal)) {
        if (event.type !== "resource") continue;
        events.push(event);
        const table = events.some(
          ({ address, state }) => address === "aws_dynamodb_table.tasks" && state === "started",
        );
        if (table && events.some(({ state }) => state === "done")) controller.abort(new InterruptedError("SIGINT"));
      }
    };
    const error: unknown = await run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "DEPLOY_INTERRUPTED", exitCode: 130 });
    const hint = error instanceof PipelineError ? error.hint : [];
    expect(hint).toContain("aws_dynamodb_table.tasks may be half made: the next deploy replaces it.");
    expect(hint.at(-1)).toBe("Run the same command again: it goes on where this one stopped.");
    await it.faults([]);
    await applied(driver, await planOf(driver, "deploy"));
    expect(await planOf(driver, "deploy")).toMatchObject({ changes: [] });
  });

  test("two at once: the second is told who holds the stage, and how a lock that was left is removed", async () => {
    const plan = await planOf(driver, "deploy");
    await it.faults([{ type: "aws_sqs_queue", ms: 8 * SECOND }]);
    const other = open();
    const first = driver.apply(plan, never);
    // The first resource has begun: the state is held.
    expect(await first.next()).toMatchObject({ value: { type: "resource" } });
    const rest = (async () => {
      for await (const event of first) void event;
    })();
    const error: unknown = await planOf(other, "deploy").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "STAGE_BUSY",
      message: expect.stringMatching(/^Somebody else is changing this stage: .+@.+\.$/),
      hint: [
        expect.stringContaining("Wait"),
        expect.stringContaining("left behind"),
        expect.stringMatching(/^ {2}TF_WORKSPACE=dev terraform force-unlock [0-9a-f-]{36}$/),
      ],
    });
    await rest;
    await other.close();
  });

  test("a plan that something else overtook is refused", async () => {
    const plan = await planOf(driver, "deploy");
    await applied(driver, await planOf(driver, "deploy"));
    const { error } = await failing(driver, plan);
    expect(error).toMatchObject({ code: "PLAN_STALE" });
  });

  test("a configuration that was broken is told with file and line", async () => {
    await it.edit("queues.tf", (text) => text.replace("  batch_size ", "  batch_sice "));
    const error: unknown = await planOf(driver, "deploy").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "IAC_INVALID",
      where: expect.stringMatching(/infra\/queues\.tf:\d+:\d+$/),
      message: expect.stringContaining("batch_sice"),
    });
    await it.edit("queues.tf", (text) =>
      text.replace('resource "aws_sqs_queue" "dead_letters" {', 'resource "aws_sqs_queue" "dead_letters" {{'),
    );
    const second = open();
    const syntax: unknown = await planOf(second, "deploy").catch((thrown: unknown) => thrown);
    expect(syntax).toMatchObject({
      code: "IAC_INVALID",
      message: "Argument or block definition required: An argument or block definition is required here.",
      where: expect.stringMatching(/infra\/queues\.tf:\d+$/),
    });
    await second.close();
  });

  test("a workspace that the shell names is not taken for the stage's", async () => {
    const other = open({ env: { ...it.env, TF_WORKSPACE: "prod" } });
    await applied(other, await planOf(other, "deploy"));
    await other.close();
    expect(await driver.state(never)).toEqual({ state: "ready" });
  });

  test("without terraform and tofu there are two ways on", async () => {
    const empty = await mkdtemp(join(inject("peers").scratch, "path-"));
    const other = open({ env: { ...it.env, PATH: empty } });
    const missing = {
      code: "TERRAFORM_MISSING",
      hint: [expect.stringContaining("Install Terraform"), expect.stringContaining("--iac cloudformation")],
    };
    await expect(other.ready(never)).rejects.toMatchObject(missing);
    await expect(planOf(other, "deploy")).rejects.toMatchObject(missing);
    await expect(driver.ready(never)).resolves.toBeUndefined();
    const stopped = new InterruptedError("SIGINT");
    await expect(driver.ready(AbortSignal.abort(stopped))).rejects.toBe(stopped);
    await other.close();
  });

  test("one that is too old is named", async () => {
    const path = await mkdtemp(join(inject("peers").scratch, "path-"));
    await writeFile(join(path, "terraform"), '#!/bin/sh\necho \'{"terraform_version": "1.3.9"}\'\n');
    await chmod(join(path, "terraform"), 0o755);
    const other = open({ env: { ...it.env, PATH: `${path}:/bin` } });
    await expect(planOf(other, "deploy")).rejects.toMatchObject({
      code: "TERRAFORM_TOO_OLD",
      message: "terraform 1.3.9 is too old: 1.6 or newer is needed.",
    });
    await other.close();
  });

  test("one that does not run is told with its own words", async () => {
    const path = await mkdtemp(join(inject("peers").scratch, "path-"));
    await writeFile(
      join(path, "terraform"),
      "#!/bin/sh\necho 'No version is set for command terraform' >&2\nexit 126\n",
    );
    await chmod(join(path, "terraform"), 0o755);
    const other = open({ env: { ...it.env, PATH: `${path}:/bin` } });
    await expect(other.ready(never)).rejects.toMatchObject({
      code: "TERRAFORM_FAILED",
      message: "terraform is to be found, but does not run: No version is set for command terraform",
    });
    await other.close();
  });

  test("OpenTofu is taken where there is no Terraform", async () => {
    const path = await mkdtemp(join(inject("peers").scratch, "path-"));
    const { stdout } = await import("execa").then(({ execa }) => execa("which", ["terraform"]));
    // The same program under the other name: what is tested is which one is run.
    await writeFile(join(path, "tofu"), `#!/bin/sh\nexec ${stdout} "$@"\n`);
    await chmod(join(path, "tofu"), 0o755);
    const other = open({ env: { ...it.env, PATH: `${path}:/bin` } });
    const steps: string[] = [];
    await planOf(other, "deploy", (text) => steps.push(text));
    expect(steps.at(-1)).toMatch(/^tofu 1\.\d+\.\d+ plans$/);
    await other.close();
  });
});

async function planOf(
  driver: InfrastructureDriver,
  what: "deploy" | "destroy",
  onStep?: (text: string) => void,
): Promise<InfrastructurePlan> {
  const making = driver.plan(what, never);
  for (;;) {
    const next = await making.next();
    if (next.done) return next.value;
    onStep?.(next.value.text);
  }
}

async function applied(driver: InfrastructureDriver, plan: InfrastructurePlan): Promise<ResourceProgress[]> {
  const events: ResourceProgress[] = [];
  for await (const event of driver.apply(plan, never)) if (event.type === "resource") events.push(event);
  return events;
}

async function failing(driver: InfrastructureDriver, plan: InfrastructurePlan) {
  const events: ResourceProgress[] = [];
  try {
    for await (const event of driver.apply(plan, never)) if (event.type === "resource") events.push(event);
  } catch (error) {
    if (error instanceof PipelineError) return { events, error };
    throw error;
  }
  throw new Error("It did not fail.");
}

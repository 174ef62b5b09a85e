import { beforeAll, describe, expect, test } from "vitest";
import type { ResolvedConfig } from "../../../src/contract/config.ts";
import { parseOutputs } from "../../../src/contract/description.ts";
import { resourceNames } from "../../../src/contract/resources.ts";
import { describeWith } from "../tools.ts";
import { everything, TEMPLATES, templateConfig } from "./configs.ts";
import { asObject, makeWorkdir, ofType, source, startedIn, type Workdir } from "./workdir.ts";
import { execa } from "execa";

describeWith("terraform", (cliConfig) => {
  test("it is formatted as terraform fmt does", async () => {
    const { stdout } = await execa("terraform", ["fmt", "-check", "-diff", "-recursive", source], { reject: false });
    expect(stdout).toBe("");
  });

  const configs = [
    ...TEMPLATES.map((name) => [`the template ${name}`, () => templateConfig(name)] as const),
    ["every setting", () => Promise.resolve(everything())] as const,
  ];
  describe.each(configs)("%s", (_title, load) => {
    let config: ResolvedConfig;
    let it: Workdir;
    const all = () => [`-var-file=${it.variables}`, "-input=false"];

    beforeAll(async () => {
      config = await load();
      it = await makeWorkdir(cliConfig, config);
    });

    test("init and validate take it without a word", async () => {
      expect(await it.terraform("init", "-input=false")).toMatchObject({ exitCode: 0 });
      const { stdout } = await it.terraform("validate", "-json");
      expect(JSON.parse(stdout)).toMatchObject({ valid: true, error_count: 0, warning_count: 0 });
    });

    test("plan creates and does nothing else", async () => {
      const { exitCode, messages } = await it.terraform("plan", "-json", ...all());
      expect(ofType(messages, "diagnostic")).toEqual([]);
      expect(exitCode).toBe(0);
      const changes = asObject(ofType(messages, "change_summary")[0]?.["changes"]);
      expect(changes).toMatchObject({ change: 0, remove: 0 });
      expect(changes["add"]).toBeGreaterThan(60);
    });

    test("apply makes all of it, and the stage describes itself", async () => {
      const { exitCode, messages } = await it.terraform("apply", "-json", "-auto-approve", ...all());
      expect(ofType(messages, "diagnostic")).toEqual([]);
      expect(exitCode).toBe(0);
      const names = resourceNames(config.app, config.stage, "123456789012");
      const { value } = await it.resource("aws_ssm_parameter", names.outputsParameter);
      const outputs = parseOutputs(String(value));
      expect(outputs).toMatchObject({
        app: config.app,
        stage: config.stage,
        account: "123456789012",
        region: "us-east-1",
        queueUrl: `https://sqs.us-east-1.amazonaws.com/123456789012/${names.queue}`,
        deadLetterQueueUrl: `https://sqs.us-east-1.amazonaws.com/123456789012/${names.deadLetterQueue}`,
        tasksTable: names.tasksTable,
        connectionsTable: names.connectionsTable,
        bucket: names.bucket,
        functions: names.functions,
        secretsPath: names.secretsPath,
        maxAttempts: config.queue.maxAttempts,
        socketUrl: expect.stringMatching(
          new RegExp(`^wss://[0-9a-f]+\\.execute-api\\.us-east-1\\.amazonaws\\.com/${config.stage}$`),
        ),
        httpUrl: config.api.domain
          ? `https://${config.api.domain.name}`
          : expect.stringMatching(/^https:\/\/[0-9a-f]+\.execute-api\.us-east-1\.amazonaws\.com$/),
      });
    });

    test("what an alias record names is put out, where there is a domain", async () => {
      const { stdout } = await it.terraform("output", "-json");
      const { domain_target: target, domain_hosted_zone_id: zone } = asObject(JSON.parse(stdout));
      const told = config.api.domain
        ? ["d-1234567890.execute-api.us-east-1.amazonaws.com", "Z1UJRXOUMOOFQ8"]
        : [undefined, undefined];
      expect([target, zone].map((output) => output && asObject(output)["value"])).toEqual(told);
    });

    test("a second plan has nothing to do", async () => {
      const { exitCode, stdout } = await it.terraform("plan", "-detailed-exitcode", "-no-color", ...all());
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("No changes.") });
    });

    test("a changed setting changes what it is of, and nothing is replaced", async () => {
      await it.configure({ ...config, worker: { ...config.worker, memory: 3008 } });
      const { messages, exitCode } = await it.terraform("apply", "-json", "-auto-approve", ...all());
      expect(exitCode).toBe(0);
      expect(startedIn(messages)).toEqual([
        expect.objectContaining({
          action: "update",
          resource: expect.objectContaining({ addr: "aws_lambda_function.ai_worker" }),
        }),
      ]);
      const names = resourceNames(config.app, config.stage, "123456789012");
      expect(await it.resource("aws_lambda_function", names.functions.worker)).toMatchObject({ memory_size: 3008 });
    });

    test("a pause by hand survives an apply, and other drift is put right", async () => {
      const [mapping = ""] = (await it.resources())["aws_lambda_event_source_mapping"] ?? [];
      await it.meddle("aws_lambda_event_source_mapping", mapping, { enabled: false });
      const queue = `https://sqs.us-east-1.amazonaws.com/123456789012/${config.app}-${config.stage}-tasks`;
      await it.meddle("aws_sqs_queue", queue, { visibility_timeout_seconds: 1 });
      expect(await it.terraform("apply", "-auto-approve", ...all())).toMatchObject({ exitCode: 0 });
      expect(await it.resource("aws_lambda_event_source_mapping", mapping)).toMatchObject({ enabled: false });
      expect(await it.resource("aws_sqs_queue", queue)).toMatchObject({
        visibility_timeout_seconds: config.queue.visibilityTimeout,
      });
    });

    test("destroy leaves nothing", async () => {
      const { exitCode } = await it.terraform("destroy", "-auto-approve", ...all());
      expect(exitCode).toBe(0);
      expect(await it.resources()).toEqual({});
    });
  });
});

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { ResolvedConfig } from "../../../src/contract/config.ts";
import { stackParameters, stageVariables } from "../../../src/contract/variables.ts";
import { readTemplate, renderTemplate } from "../../../src/lib/infrastructure/template.ts";
import { createServices } from "../../../src/main.ts";
import { describeWith } from "../tools.ts";
import { everything, TEMPLATES, templateConfig } from "./configs.ts";
import { fromCloudFormation } from "./parity/from-cloudformation.ts";
import { fromLocal } from "./parity/from-local.ts";
import { fromTerraform } from "./parity/from-terraform.ts";
import { mapValues, type StageModel } from "./parity/model.ts";
import { archive, makeWorkdir, root } from "./workdir.ts";

/** Where a stage is, and no setting of it. */
const ADDRESSES = /^AI_PIPELINE_(QUEUE_URL|DLQ_URL|MANAGEMENT_URL|SOCKET_URL)$/;
/** What the local stack gives a function beside its settings: the model, which a deployed stage has in its secrets. */
const MODEL = /^OPENAI_/;

/** Variables that `build` does not write: whoever owns the files sets them. */
const YOURS: [string, string][] = [
  ["api_rate_limit", "7"],
  ["api_burst_limit", "9"],
  [
    "bedrock_models",
    '["arn:aws:bedrock:us-east-1::foundation-model/a","arn:aws:bedrock:us-east-1::foundation-model/b"]',
  ],
  ["websocket_access_logs", "false"],
];

describeWith("terraform", (cliConfig) => {
  const cases: [title: string, template: string, load: () => Promise<ResolvedConfig>, yours: [string, string][]][] = [
    ...TEMPLATES.map((name): (typeof cases)[number] => [
      `the template ${name}`,
      name,
      () => templateConfig(name, "dev"),
      [],
    ]),
    ["every setting", "minimal", () => Promise.resolve(everything()), []],
    ["what only its owner sets", "minimal", () => Promise.resolve(everything()), YOURS],
  ];
  describe.each(cases)("%s", (_title, template, load, yours) => {
    let config: ResolvedConfig;
    let terraform: StageModel;

    beforeAll(async () => {
      config = await load();
      const it = await makeWorkdir(cliConfig, config);
      expect(await it.terraform("init", "-input=false")).toMatchObject({ exitCode: 0 });
      const own = yours.map(([name, value]) => `-var=${name}=${value}`);
      const applied = await it.terraform("apply", "-auto-approve", `-var-file=${it.variables}`, ...own);
      expect(applied).toMatchObject({ exitCode: 0 });
      terraform = fromTerraform((await it.terraform("show", "-json")).stdout);
    });

    test("CloudFormation makes what Terraform makes", async () => {
      const own = await readTemplate(join(root, "infrastructure", "cloudformation", "template.yaml"));
      const references = { worker: archive("worker"), api: archive("api") };
      const parameters = [
        ...stackParameters(stageVariables(config), references, "artefacts"),
        ...yours.map(([name, value]) => ({
          ParameterKey: pascal(name),
          ParameterValue: value.replaceAll(/[[\]"]/g, ""),
        })),
      ];
      const rendered: unknown = JSON.parse(
        renderTemplate(own, { environment: config.worker.environment, numbers: parameters }),
      );
      const values = Object.fromEntries(
        parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
      );
      expect(withTarget(fromCloudFormation(rendered, values))).toEqual(withTarget(terraform));
    });

    test("the local stack has the same queues, functions, tables and settings", async () => {
      const services = createServices(root, {});
      const stack = await services.startStack({
        projectDir: join(root, "templates", template),
        config,
        port: 0,
        portRequired: false,
        speed: 1,
        faults: [],
        fresh: false,
        watch: false,
        onEvent() {},
      });
      try {
        await expect
          .poll(async () => (await fromLocal(stack.endpoint, stack.outputs)).mapping.enabled, { timeout: 90_000 })
          .toBe(true);
        const local = await fromLocal(stack.endpoint, stack.outputs);
        expect(plain(local)).toEqual(plain(localPartOf(terraform)));
        for (const key of Object.keys(terraform.http.routes)) {
          const [method = "", path = ""] = key.split(" ");
          const { status } = await fetch(`${stack.endpoint}${path.replace("{taskId}", "some-task")}`, { method });
          expect({ key, status }).toEqual({ key, status: 401 });
        }
      } finally {
        await stack.close();
      }
    });
  });
});

/** What a host name points at AWS makes up, and the stand-in nothing: that there is one, is compared. */
function withTarget(model: StageModel): StageModel {
  const { domainTarget, ...outputs } = model.outputs;
  return { ...model, outputs: domainTarget === undefined ? outputs : { ...outputs, domainTarget: "a target" } };
}

const pascal = (name: string) => name.replaceAll(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase());

/** What the local stack has of a stage. */
function localPartOf({ queues, functions, mapping, tables, outputs }: StageModel) {
  return {
    queues: mapValues(queues, ({ visibilityTimeout, retention, redrive }) => ({
      visibilityTimeout,
      retention,
      redrive,
    })),
    functions: mapValues(functions, ({ handler, timeout, memory, environment, logFormat }) => ({
      handler,
      timeout,
      memory,
      environment,
      logFormat,
    })),
    mapping,
    tables: mapValues(tables, ({ keys, indexes, ttl }) => ({ keys, indexes, ttl })),
    outputs: Object.fromEntries(Object.entries(outputs).filter(([name]) => name !== "domainTarget")),
  };
}

/** Leaves out where it is: accounts and addresses. */
function plain(model: ReturnType<typeof localPartOf> | Awaited<ReturnType<typeof fromLocal>>): unknown {
  const settings = (environment: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(environment)
        .filter(([name]) => !MODEL.test(name) && name !== "NODE_OPTIONS")
        .map(([name, value]) => [name, ADDRESSES.test(name) ? "an address" : value]),
    );
  // A host name of one's own points nowhere here.
  const { domainTarget: _target, ...own } = model.outputs;
  const outputs = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, name.endsWith("Url") ? "an address" : value]),
  );
  const text = JSON.stringify({
    ...model,
    functions: mapValues(model.functions, (it) => ({ ...it, environment: settings(it.environment) })),
    outputs,
  });
  const value: unknown = JSON.parse(text.replaceAll(/\b(000000000000|123456789012)\b/g, "account"));
  return value;
}

import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { startEmbeddedStack } from "../../helpers/stack.ts";
import { describeWith } from "../tools.ts";
import { TEMPLATES } from "./configs.ts";
import { makeProject } from "./project.ts";
import { root } from "./workdir.ts";

describeWith("terraform", (cliConfig) => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startEmbeddedStack();
  });
  afterAll(() => stack.close());

  test.each(TEMPLATES)("a new project of template %s is deployed, and removed", async (template) => {
    const { own } = await makeProject(cliConfig, stack.endpoint, template);
    const place = ["--stage", template, "--endpoint-url", stack.endpoint];
    const deployed = await own("deploy", ...place, "--yes", "--json");
    expect(deployed.events.at(-1)).toMatchObject({ type: "summary", kind: "terraform", exitCode: 0 });
    const worker = `my-app-${template}-worker`;
    expect(stack.services.lambda.get(worker)?.definition.handler).toBe("index.handler");
    const removed = await own("destroy", ...place, "--yes", "--json");
    expect(removed.events.at(-1)).toMatchObject({ type: "summary", exitCode: 0 });
    expect(stack.services.lambda.get(worker)).toBeUndefined();
  });

  test("without this command line, what build writes applies as the README says", async () => {
    const { own, dir, env } = await makeProject(cliConfig, stack.endpoint, "minimal");
    const readme = await readFile(join(root, "README.md"), "utf8");
    const block = [...readme.matchAll(/```sh\n([^`]*)```/g)]
      .map(([, text = ""]) => text)
      .find((text) => /^terraform init$/m.test(text));
    const lines = (block ?? "").trim().split("\n");
    const ours = lines.filter((line) => line.startsWith("npx ai-pipeline "));
    expect(ours.at(-1)).toContain(" build ");
    for (const line of ours) expect(await own(...line.split(" ").slice(2))).toMatchObject({ exitCode: 0 });
    const rest = lines.filter((line) => !ours.includes(line));
    const shell = await execa("bash", ["-euc", rest.join("\n")], {
      cwd: dir,
      env: { ...env, TF_CLI_ARGS_apply: "-auto-approve" },
      extendEnv: false,
      reject: false,
    });
    expect(shell).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Apply complete!") });
    expect(stack.services.lambda.get("my-app-prod-worker")).toBeDefined();
    const place = ["--stage", "prod", "--endpoint-url", stack.endpoint];
    expect(await own("destroy", ...place, "--yes")).toMatchObject({ exitCode: 0 });
    expect(stack.services.lambda.get("my-app-prod-worker")).toBeUndefined();
  });

  test("infrastructure is added to a project that has none", async () => {
    const { own, dir } = await makeProject(cliConfig, stack.endpoint, "minimal");
    await rm(join(dir, "infra"), { recursive: true });
    expect(await own("init", ".", "--iac", "terraform")).toMatchObject({ exitCode: 0 });
    expect(await readdir(join(dir, "infra"))).toContain("queues.tf");
  });
});

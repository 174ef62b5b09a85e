import { join } from "node:path";
import { expect, test } from "vitest";
import { output } from "../../../scripts/peers/spawn.ts";
import { makeFolder, PROJECT, run } from "../../cli/harness.ts";
import { describeWith } from "../tools.ts";

const infrastructure = join(import.meta.dirname, "../../../infrastructure");

describeWith("cfn-lint", (path) => {
  test("the templates are as CloudFormation's schemas want them", async () => {
    const templates = ["cloudformation", "bootstrap"].map((name) => join(infrastructure, name, "template.yaml"));
    expect(await output(path, templates)).toBe("");
  });

  test("so is what build makes of one", async () => {
    await using folder = await makeFolder({
      ...PROJECT,
      "ai-pipeline.config.ts": 'export default { app: "my-app", worker: { environment: { LEVEL: "debug" } } };',
    });
    await run(["init", ".", "--iac", "cloudformation"], { cwd: folder.dir });
    const { exitCode } = await run(["build", "--stage", "dev"], { cwd: folder.dir });
    expect(exitCode).toBe(0);
    expect(await output(path, [join(folder.dir, "dist/template.json")])).toBe("");
  });
});

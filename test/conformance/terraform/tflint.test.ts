import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { describeWith } from "../tools.ts";
import { source } from "./workdir.ts";

/** The rules about Terraform's language: they come with tflint. Those about AWS are a plugin from elsewhere. */
describeWith("tflint", (tflint) => {
  test("no rule finds anything but that there is no main.tf, as each file is named after what it holds", async () => {
    const config = join(import.meta.dirname, "tflint.hcl");
    const { stdout } = await execa(tflint, [`--chdir=${source}`, `--config=${config}`, "--format=json"], {
      reject: false,
    });
    expect(JSON.parse(stdout)).toMatchObject({ issues: [], errors: [] });
  });
});

import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { IAC_KINDS } from "../../../src/contract/infrastructure.ts";
import { describeWith } from "../tools.ts";
import { root } from "./workdir.ts";

/** Its findings: of one framework an object, of none that it found an empty one. */
async function check(checkov: string, ...words: string[]) {
  const { stdout } = await execa(checkov, ["--skip-download", "--compact", "-o", "json", ...words], { reject: false });
  const report: { summary: unknown; results: { failed_checks: { check_id: string; resource: string }[] } } =
    JSON.parse(stdout);
  return {
    summary: report.summary,
    failed: report.results.failed_checks.map((it) => `${it.check_id} ${it.resource}`).toSorted(),
  };
}

describeWith("checkov", (checkov) => {
  describe.each(IAC_KINDS)("%s", { timeout: 240_000 }, (kind) => {
    const folder = join(root, "infrastructure", kind);
    const words = ["--framework", kind, "-d", folder];

    test("nothing fails that is not suppressed with its reason", async () => {
      const { summary, failed } = await check(checkov, ...words, "--config-file", join(folder, "checkov.yaml"));
      expect(failed).toEqual([]);
      expect(summary).toMatchObject({ failed: 0, parsing_errors: 0, passed: expect.any(Number) });
    });

    test("no suppression is there that nothing needs", async () => {
      const { failed } = await check(checkov, ...words);
      const ids = new Set(failed.map((line) => line.split(" ")[0]));
      const skipped = [...(await readFile(join(folder, "checkov.yaml"), "utf8")).matchAll(/^ {2}- (CKV\w+) # \S/gm)];
      expect(skipped.map(([, id]) => id).toSorted()).toEqual([...ids].toSorted());
    });
  });
});

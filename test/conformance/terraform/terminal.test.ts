import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalStack } from "../../../src/local/stack.ts";
import { openPty } from "../../helpers/pty.ts";
import { startEmbeddedStack } from "../../helpers/stack.ts";
import { describeWith } from "../tools.ts";
import { makeProject } from "./project.ts";
import { root } from "./workdir.ts";

/** A screen needs the built program: Node reads no TSX. */
const BUILT = existsSync(join(root, "dist", "main.js"));

describeWith("terraform", (cliConfig) => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startEmbeddedStack();
  });
  afterAll(() => stack.close());

  test.skipIf(!BUILT)(
    "Ctrl-C at a terminal reaches Terraform once: it ends what is at work, keeps its state, and goes on later",
    async () => {
      const { dir, env, own } = await makeProject(cliConfig, stack.endpoint, "minimal");
      const place = ["--stage", "dev", "--endpoint-url", stack.endpoint];
      expect(await own("plan", ...place)).toMatchObject({ exitCode: 0 });
      const faults = join(env["AI_PIPELINE_WORLD"] ?? "", "faults.json");
      await writeFile(faults, JSON.stringify([{ type: "aws_dynamodb_table", action: "create", ms: 600_000 }]));
      using terminal = openPty([process.execPath, join(root, "bin", "ai-pipeline.js"), "deploy", ...place], {
        cwd: dir,
        env,
      });
      await terminal.shows("Deploy 68 changes");
      terminal.write("y");
      await terminal.shows("creating aws_dynamodb_table.tasks");
      await terminal.shows("created aws_sqs_queue.dead_letters");
      terminal.write("\u0003");
      expect(await terminal.exit).toBe(130);
      const screen = terminal.screen();
      expect(screen).toContain("Interrupted: what was at work was ended, and the rest not begun.");
      expect(screen).toContain("aws_dynamodb_table.tasks may be half made");
      // Two interrupts would make it drop its state and leave its lock.
      const folder = join(dir, "infra", "terraform.tfstate.d", "dev");
      expect(existsSync(join(folder, ".terraform.tfstate.lock.info"))).toBe(false);
      expect(await readFile(join(folder, "terraform.tfstate"), "utf8")).toContain("my-app-dev-tasks-dlq");

      await rm(faults);
      const { events } = await own("deploy", ...place, "--yes", "--json");
      expect(events.at(-1)).toMatchObject({ type: "summary", exitCode: 0, unchanged: false });
      expect(await own("plan", ...place, "--detailed-exitcode")).toMatchObject({ exitCode: 0 });
    },
  );
});

import { join } from "node:path";
import { describe, inject } from "vitest";
import { AWS_PYTHON, installAwsPython, installOldPython, OLD_PYTHON } from "../../scripts/peers/aws-python.ts";
import { CFN_LINT, installCfnLint } from "../../scripts/peers/cfn-lint.ts";
import { ELASTICMQ, installElasticMq } from "../../scripts/peers/elasticmq.ts";
import { buildGo } from "../../scripts/peers/go.ts";
import { installMiniStack, MINISTACK } from "../../scripts/peers/ministack.ts";
import { CHECKOV, installCheckov } from "../../scripts/peers/checkov.ts";
import type { PeerContext } from "../../scripts/peers/peer.ts";
import { killServers } from "../../scripts/peers/server.ts";
import { installTerraform, TERRAFORM } from "../../scripts/peers/terraform.ts";
import { installTflint, TFLINT } from "../../scripts/peers/tflint.ts";

export type ToolName =
  | "ministack"
  | "elasticmq"
  | "go"
  | "aws-python"
  | "old-python"
  | "terraform"
  | "cfn-lint"
  | "checkov"
  | "tflint";

/** A program from outside npm; `missing` says why it is not here. */
export type Tool = { title: string; path: string } | { title: string; missing: string };

interface Installer {
  title: string;
  /** @returns where it is. @throws Skipped when it cannot be had. */
  install(context: PeerContext): Promise<string>;
}

/** Installed before the first test, all at once. */
export const TOOLS: [ToolName, Installer][] = [
  ["ministack", { title: MINISTACK, install: installMiniStack }],
  ["elasticmq", { title: ELASTICMQ, install: installElasticMq }],
  ["go", { title: "the AWS SDK for Go", install: (context) => buildGo(context, join(import.meta.dirname, "go")) }],
  ["aws-python", { title: AWS_PYTHON, install: installAwsPython }],
  ["old-python", { title: OLD_PYTHON, install: installOldPython }],
  ["terraform", { title: TERRAFORM, install: installTerraform }],
  ["cfn-lint", { title: CFN_LINT, install: installCfnLint }],
  ["tflint", { title: TFLINT, install: installTflint }],
  ["checkov", { title: CHECKOV, install: installCheckov }],
];

/** What starts a peer in a test's process. Installing is done by then. */
export function peerContext(): PeerContext {
  guard ??= endWithThisProcess();
  return { ...inject("peers"), log: () => {} };
}

let guard: true | undefined;

/** Peers lead process groups of their own, so that Ctrl-C does not reach them by itself. */
function endWithThisProcess(): true {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      killServers();
      process.kill(process.pid, signal);
    });
  }
  return true;
}

/**
 * Tests that need a tool: where it is missing they are skipped, and the title says why.
 * @param tests are given the tool's path; collected with an empty one where it is missing.
 */
export function describeWith(name: ToolName, tests: (path: string) => void): void {
  const tool = inject("tools")[name];
  const [path, reason] = "missing" in tool ? ["", ` [skipped: ${tool.missing}]`] : [tool.path, ""];
  describe.skipIf(path === "")(`${tool.title}${reason}`, () => {
    tests(path);
  });
}

import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { installFromPyPI } from "../../scripts/peers/pypi.ts";
import type { BenchContext } from "../context.ts";
import { installFromNpm } from "./npm-tools.ts";
import { cliOf } from "./ours.ts";

/** A program that packs a project's worker for Lambda by esbuild, minified, with a source map. */
export interface Packager {
  name: string;
  /** Prepares the project. @returns the program and its arguments, run by Node unless `command` says otherwise. */
  prepare(
    context: BenchContext,
    project: string,
  ): Promise<{ args: string[]; command?: string; env?: Record<string, string> }>;
  /** @returns the files of the worker's package. */
  files(project: string): Promise<Record<string, Uint8Array>>;
}

const SAM = "1.170.0";
const SERVERLESS = ["serverless@3.40.0", "serverless-esbuild@1.57.2", "esbuild@0.25.12"];

export const PACKAGERS: Packager[] = [
  {
    name: "ai-pipeline build",
    prepare: async (context) => ({ args: [cliOf(context), "build", "--stage", "dev", "--out", "packed"] }),
    files: async (project) => unzipSync(await readFile(join(project, "packed", "worker.zip"))),
  },
  {
    name: `sam build ${SAM}, esbuild`,
    async prepare(context, project) {
      const bin = await installFromPyPI(context, `sam-${SAM}`, `the AWS SAM CLI ${SAM}`, [`aws-sam-cli==${SAM}`]);
      await writeFile(join(project, "template.json"), JSON.stringify(SAM_TEMPLATE));
      const env = {
        SAM_CLI_TELEMETRY: "0",
        PATH: `${join(context.root, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}`,
      };
      return { command: join(bin, "sam"), args: ["build", "--template", "template.json", "--build-in-source"], env };
    },
    files: (project) => filesOf(join(project, ".aws-sam", "build", "Worker")),
  },
  {
    name: `serverless package, ${SERVERLESS[0]?.split("@")[1]} with serverless-esbuild`,
    async prepare(context, project) {
      const modules = join(await installFromNpm(context, SERVERLESS), "node_modules");
      for (const name of ["serverless-esbuild", "esbuild"])
        await symlink(join(modules, name), join(project, "node_modules", name)).catch(() => undefined);
      await writeFile(join(project, "serverless.json"), JSON.stringify(SERVERLESS_SERVICE));
      const env = { SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off", SLS_DEPRECATION_DISABLE: "*" };
      return { args: [join(modules, "serverless", "bin", "serverless.js"), "package"], env };
    },
    files: async (project) => unzipSync(await readFile(join(project, ".serverless", "worker.zip"))),
  },
];

const SAM_TEMPLATE = {
  AWSTemplateFormatVersion: "2010-09-09",
  Transform: "AWS::Serverless-2016-10-31",
  Resources: {
    Worker: {
      Type: "AWS::Serverless::Function",
      Properties: { CodeUri: ".", Handler: "src/worker.handler", Runtime: "nodejs22.x" },
      Metadata: {
        BuildMethod: "esbuild",
        BuildProperties: {
          Minify: true,
          Sourcemap: true,
          Format: "esm",
          Target: "node22",
          MainFields: "module,main",
          OutExtension: [".js=.mjs"],
          EntryPoints: ["src/worker.ts"],
        },
      },
    },
  },
};

const SERVERLESS_SERVICE = {
  service: "bench",
  frameworkVersion: "3",
  configValidationMode: "off",
  provider: { name: "aws", runtime: "nodejs20.x" },
  plugins: ["serverless-esbuild"],
  package: { individually: true },
  custom: {
    esbuild: {
      bundle: true,
      minify: true,
      sourcemap: true,
      format: "esm",
      target: "node20",
      outputFileExtension: ".mjs",
      mainFields: ["module", "main"],
    },
  },
  functions: { worker: { handler: "src/worker.handler" } },
};

async function filesOf(folder: string): Promise<Record<string, Uint8Array>> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (path) => [path, await readFile(path)] as const)));
}

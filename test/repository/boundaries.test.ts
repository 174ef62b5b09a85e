import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");

/** One harmless module on every floor, `leaf.ts`, for the others to import. */
const FLOORS = [
  "src/commands",
  "src/lib",
  "src/ui",
  "src/ui/views",
  "src/ui/components",
  "src/local",
  "src/providers/aws",
  "src/runtime",
  "src/runtime/aws",
  "src/client",
  "src/contract",
  "src/stray",
  "templates/one",
  "templates/two",
  "test/helpers",
];

interface Case {
  /** The importing file, beside the `leaf.ts` of its folder. */
  file: string;
  code: string;
}

const FORBIDDEN: Case[] = [
  ...imports("src/contract", [
    "src/lib",
    "src/client",
    "src/runtime",
    "src/local",
    "src/ui",
    "src/providers/aws",
    "src/commands",
  ]),
  ...imports("src/runtime", ["src/client", "src/local", "src/lib", "src/ui", "src/providers/aws"]),
  ...imports("src/client", ["src/runtime", "src/local", "src/lib", "src/ui", "src/providers/aws"]),
  ...imports("src/providers/aws", ["src/runtime", "src/client", "src/local", "src/lib", "src/ui", "src/commands"]),
  ...imports("src/ui", ["src/lib", "src/client", "src/local", "src/commands", "src/runtime"]),
  ...imports("src/local", ["src/runtime", "src/client", "src/lib", "src/ui", "src/commands", "src/providers/aws"]),
  ...imports("src/lib", ["src/commands", "src/local", "src/runtime", "src/providers/aws", "src/ui", "test/helpers"]),
  ...imports("src/commands", ["src/local", "src/client", "src/runtime", "src/providers/aws"]),
  ...imports("src/lib", ["src/stray"]),
  ...imports("templates/one", ["templates/two", "src/runtime", "src/client"]),
  { file: "src/program.ts", code: 'import { leaf } from "./lib/leaf.ts"; export const a = leaf;' },
  { file: "src/index.ts", code: 'import { leaf } from "./client/leaf.ts"; export const a = leaf;' },
  { file: "src/lib/lazy.ts", code: 'export const a = () => import("../local/leaf.ts");' },
  { file: "src/lib/again.ts", code: 'export { leaf } from "../local/leaf.ts";' },
  { file: "src/lib/typed.ts", code: 'import type { Leaf } from "../local/leaf.ts"; export type A = Leaf;' },
  { file: "src/lib/inline.ts", code: 'export type A = import("../local/leaf.ts").Leaf;' },
  { file: "src/ui/frame.ts", code: 'import { Text } from "ink"; export const a = Text;' },
  { file: "src/commands/hook.ts", code: 'import { useState } from "react"; export const a = useState;' },
  { file: "src/lib/sdk.ts", code: 'import { SQSClient } from "@aws-sdk/client-sqs"; export const a = SQSClient;' },
  { file: "src/runtime/sdk.ts", code: 'export const a = () => import("@aws-sdk/client-s3");' },
];

const ALLOWED: Case[] = [
  ...imports("src/runtime", ["src/contract", "src/runtime/aws"]),
  ...imports("src/client", ["src/contract"]),
  ...imports("src/providers/aws", ["src/contract"]),
  ...imports("src/ui", ["src/contract", "src/ui/views"]),
  ...imports("src/local", ["src/contract"]),
  ...imports("src/lib", ["src/contract", "src/client"]),
  ...imports("src/commands", ["src/contract", "src/lib", "src/ui"]),
  ...imports("test/helpers", ["src/local", "src/contract"]),
  { file: "src/main.ts", code: 'import { leaf } from "./local/leaf.ts"; export const a = leaf; process.exitCode = 1;' },
  { file: "src/program-commands.test.ts", code: 'import { leaf } from "./commands/leaf.ts"; export const a = leaf;' },
  { file: "src/local/typed.ts", code: 'import type { Leaf } from "../runtime/leaf.ts"; export type A = Leaf;' },
  {
    file: "src/local/sdk.test.ts",
    code: 'import { SQSClient } from "@aws-sdk/client-sqs"; export const a = SQSClient;',
  },
  { file: "src/local/sdk-types.ts", code: 'import type { Tag } from "@aws-sdk/client-s3"; export type A = Tag;' },
  { file: "src/ui/views/frame.ts", code: 'import { Box } from "ink"; export const a = Box;' },
  {
    file: "src/runtime/aws/sdk.ts",
    code: 'import { SQSClient } from "@aws-sdk/client-sqs"; export const a = SQSClient;',
  },
  {
    file: "templates/one/worker.ts",
    code: 'import { leaf } from "./leaf.ts"; import { z } from "zod"; export const a = [leaf, z];',
  },
];

const OTHER_RULES: (Case & { rule: string })[] = [
  {
    rule: "import(no-cycle)",
    file: "src/lib/cycle-a.ts",
    code: 'import { b } from "./cycle-b.ts"; export const a = () => b;',
  },
  {
    rule: "import(no-cycle)",
    file: "src/lib/cycle-b.ts",
    code: 'import { a } from "./cycle-a.ts"; export const b = () => a;',
  },
  {
    rule: "eslint(no-restricted-properties)",
    file: "src/lib/exit.ts",
    code: "export const a = () => process.exit(1);",
  },
  { rule: "eslint(no-restricted-properties)", file: "src/lib/code.ts", code: "process.exitCode = 1; export {};" },
  // What others wrote reaches a screen through our own Text alone.
  {
    rule: "eslint(no-restricted-imports)",
    file: "src/ui/views/text.ts",
    code: 'import { Text } from "ink"; export const a = Text;',
  },
  {
    rule: "vitest(no-restricted-vi-methods)",
    file: "src/lib/mocked.test.ts",
    code: 'import { vi } from "vitest"; vi.mock("./leaf.ts");',
  },
  {
    rule: "house(disable-with-reason)",
    file: "src/lib/unexplained.ts",
    code: "// oxlint-disable-next-line no-console\nconsole.log(1); export {};",
  },
];

let folder: string;
/** Names of the broken rules by file. */
let problems: Map<string, string[]>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ai-pipeline-floors-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  for (const file of [".oxlintrc.json", "tsconfig.json", "package.json", "scripts/lint"]) {
    await cp(join(root, file), join(folder, file), { recursive: true });
  }
  await plant({ file: ".gitignore", code: "node_modules" });
  for (const floor of FLOORS) {
    await plant({ file: `${floor}/leaf.ts`, code: "export const leaf = 1;\nexport type Leaf = typeof leaf;" });
  }
  for (const planted of [...FORBIDDEN, ...ALLOWED, ...OTHER_RULES]) await plant(planted);
  problems = await lint();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("an import against the floors is refused", () => {
  test.each(FORBIDDEN)("$file: $code", ({ file }) => {
    expect(problems.get(file)).toContain("boundaries(dependencies)");
  });
});

describe("an import down the floors passes", () => {
  test.each(ALLOWED)("$file: $code", ({ file }) => {
    expect(problems.get(file)).toBeUndefined();
  });
});

describe("so is", () => {
  test.each(OTHER_RULES)("$rule in $file", ({ rule, file }) => {
    expect(problems.get(file)).toContain(rule);
  });
});

/** @returns for each target a file in `from` that imports it. */
function imports(from: string, targets: string[]): Case[] {
  const up = from
    .split("/")
    .map(() => "..")
    .join("/");
  return targets.map((target) => ({
    file: `${from}/to-${target.replaceAll("/", "-")}.ts`,
    code: `import { leaf } from "${up}/${target}/leaf.ts"; export const a = leaf;`,
  }));
}

async function plant({ file, code }: Case): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), `${code}\n`);
}

interface Report {
  diagnostics: { code: string; filename: string }[];
}

async function lint(): Promise<Map<string, string[]>> {
  const stdout = await new Promise<string>((resolve) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
    execFile(join(root, "node_modules", ".bin", "oxlint"), ["--format", "json"], options, (_failed, output) =>
      resolve(output),
    );
  });
  const report: Report = JSON.parse(stdout);
  const found = new Map<string, string[]>();
  for (const { code, filename } of report.diagnostics) found.set(filename, [...(found.get(filename) ?? []), code]);
  return found;
}

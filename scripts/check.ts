/** Runs every static check at once, and shows the output of those that fail. `--only lint,types` runs some of them. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

interface Check {
  name: string;
  what: string;
  command: string[];
}

const checks: Check[] = [
  { name: "lint", what: "rules, import directions, cycles", command: ["oxlint", "--deny-warnings"] },
  { name: "format", what: "npm run format mends it", command: ["oxfmt", "--list-different"] },
  { name: "types", what: "TypeScript, strict", command: ["tsc", "--project", "tsconfig.json"] },
  { name: "dead code", what: "unused files, exports, packages", command: ["knip", "--no-progress"] },
];

const root = join(import.meta.dirname, "..");
const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
const wanted = only === undefined ? checks : checks.filter((check) => only.split(",").includes(check.name));
if (wanted.length === 0)
  throw new Error(`There is no check named ${only}. Known: ${checks.map(({ name }) => name).join(", ")}`);

const failed = (await Promise.all(wanted.map(run))).filter((passed) => !passed).length;
if (failed > 0) process.stdout.write(`\n${failed} of ${wanted.length} checks failed.\n`);
process.exitCode = failed > 0 ? 1 : 0;

async function run({ name, what, command: [program = "", ...args] }: Check): Promise<boolean> {
  const startedAt = performance.now();
  const child = spawn(join(root, "node_modules", ".bin", program), args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? "ok  " : "FAIL"}  ${name.padEnd(10)} ${what} (${seconds} s)\n`);
  if (code !== 0) process.stdout.write(`\n${output.trim()}\n\n`);
  return code === 0;
}

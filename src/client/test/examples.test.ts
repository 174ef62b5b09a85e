import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "ai-pipeline-examples-"));
const run = promisify(execFile);
const strict = { strict: true, exactOptionalPropertyTypes: true, module: "nodenext", target: "es2024" };

/** Type-checks as a user's project would. @returns the errors, empty when there are none. */
async function compile(name: string, options: object, files: string[]): Promise<string> {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
  const done = run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--project", path], { cwd: root });
  return await done.then(
    () => "",
    (error: unknown) => (error instanceof Error && "stdout" in error ? String(error.stdout) : String(error)),
  );
}

beforeAll(async () => {
  const emit = {
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: join(root, "src"),
    outDir: join(folder, "node_modules/ai-pipeline/types"),
  };
  const source = {
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
  };
  expect(await compile("types", { ...emit, ...source, lib: ["es2024"] }, [join(root, "src/client/index.ts")])).toBe("");
  mkdirSync(join(folder, "node_modules/ai-pipeline"), { recursive: true });
  const manifest = join(folder, "node_modules/ai-pipeline/package.json");
  writeFileSync(
    manifest,
    JSON.stringify({
      name: "ai-pipeline",
      type: "module",
      exports: { "./client": { types: "./types/client/index.d.ts" } },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The code of an `@example` of createClient, by its title. */
function example(title: string): string {
  const source = readFileSync(join(root, "src/client/client.ts"), "utf8");
  const code = new RegExp(`@example ${title}[^]*?\`\`\`ts\n([^]*?)\`\`\``).exec(source)?.[1];
  if (code === undefined) throw new Error(`There is no example ${title}.`);
  return code.replaceAll(/^ \* ?/gm, "");
}

test.each([
  ["In Node", { lib: ["es2024"], types: ["node"], typeRoots: [join(root, "node_modules/@types")] }],
  ["In a browser", { lib: ["es2024", "dom"], types: [] }],
])("the example %s compiles, with its declarations checked too", async (title, environment) => {
  const file = join(folder, `${title.replaceAll(" ", "-")}.mts`);
  writeFileSync(file, example(title));
  expect(await compile(title, { ...environment, noEmit: true, skipLibCheck: false }, [file])).toBe("");
});

test("nothing but the language's own and ours stands in the declarations", () => {
  const declarations = readFileSync(join(folder, "node_modules/ai-pipeline/types/client/types.d.ts"), "utf8");
  expect([...declarations.matchAll(/from "([^"]+)"/g)].every(([, from]) => from?.startsWith("."))).toBe(true);
});

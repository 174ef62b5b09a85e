import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dependencySpecifier, findInstallation, invocation } from "./installation.ts";

let dir: string;

async function write(path: string, text = ""): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
}

const OURS = '{ "name": "ai-pipeline", "version": "1.2.3" }';

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "ai-pipeline-installation-")));
  await write("checkout/package.json", OURS);
  await write("checkout/src/lib/x.ts");
  await write("ai-pipeline-1.2.3.tgz");
  await write("tarball/package.json", '{ "devDependencies": { "ai-pipeline": "file:../ai-pipeline-1.2.3.tgz" } }');
  await write("tarball/node_modules/ai-pipeline/package.json", OURS);
  await write("tarball/node_modules/.bin/ai-pipeline");
  await write("registry/package.json", '{ "dependencies": { "ai-pipeline": "^1.0.0" } }');
  await write("registry/node_modules/ai-pipeline/package.json", OURS);
  await write("linked/node_modules/.bin/ai-pipeline");
  await symlink(join(dir, "checkout"), join(dir, "linked/node_modules/ai-pipeline"));
  await write("my project/x");
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const at = (path: string) => ({ root: join(dir, path), version: "1.2.3" });

test("an installation is found from any file in it", () => {
  expect(findInstallation(join(dir, "checkout/src/lib/x.ts"))).toEqual(at("checkout"));
});

describe("the command that works here", () => {
  test.each([
    ["a checkout, from beside it", "checkout", "my project", "node ../checkout/bin/ai-pipeline.js"],
    ["a checkout, from inside it", "checkout", "checkout", "node bin/ai-pipeline.js"],
    [
      "installed from a tarball, from a folder of the project",
      "tarball/node_modules/ai-pipeline",
      "tarball",
      "npx ai-pipeline",
    ],
    ["linked into a project", "checkout", "linked", "npx ai-pipeline"],
    ["a project's copy that is another", "checkout", "tarball", "node ../checkout/bin/ai-pipeline.js"],
  ])("%s", (_name, root, cwd, command) => expect(invocation(at(root), join(dir, cwd))).toBe(command));
});

describe("what a project depends on", () => {
  test.each([
    ["a checkout", "checkout", "file:../checkout"],
    ["the tarball it came from", "tarball/node_modules/ai-pipeline", "file:../ai-pipeline-1.2.3.tgz"],
    ["the version of a registry", "registry/node_modules/ai-pipeline", "^1.2.3"],
  ])("%s", (_name, root, specifier) => expect(dependencySpecifier(at(root), join(dir, "app"))).toBe(specifier));
});

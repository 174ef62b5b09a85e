import { chmod, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeOwnFolder } from "./own-folder.ts";

let project: string;
beforeEach(async () => void (project = await mkdtemp(join(tmpdir(), "ai-pipeline-own-"))));
afterEach(() => rm(project, { recursive: true }));
const modeOf = async (...path: string[]) => (await stat(join(project, ...path))).mode & 0o777;

it("is made for its owner alone, with what lies below", async () => {
  expect(await makeOwnFolder(project, "build")).toBe(join(project, ".ai-pipeline", "build"));
  expect(await modeOf(".ai-pipeline")).toBe(0o700);
  expect(await modeOf(".ai-pipeline", "build")).toBe(0o700);
});

it("is closed where it was left open", async () => {
  await mkdir(join(project, ".ai-pipeline"));
  await chmod(join(project, ".ai-pipeline"), 0o755);
  await makeOwnFolder(project);
  expect(await modeOf(".ai-pipeline")).toBe(0o700);
});

it("is left as it is where a link leads to it", async () => {
  await mkdir(join(project, "shared"));
  await chmod(join(project, "shared"), 0o755);
  await symlink("shared", join(project, ".ai-pipeline"));
  await makeOwnFolder(project, "build");
  expect(await modeOf("shared")).toBe(0o755);
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResourceNames } from "../contract/resources.ts";
import { type BuildResult, createBundler, formatBuildMessage } from "./bundle/index.ts";
import type { LocalContext } from "./context.ts";
import type { LambdaService } from "./lambda/index.ts";
import type { ProjectOptions } from "./stack.ts";

/** The functions that answer the APIs; one bundle serves them all. */
export const API_ROLES = ["api", "socket", "authorizer", "reconciler"] as const;

/** A project's code on its way into the functions. */
export interface ProjectCode {
  /** Where the API functions' code lies, and when it does. */
  api: { codeDir: string; codeReady?: Promise<void> };
  /** A place for the worker until `watchWorker` has built it. */
  workerDir: string;
  /**
   * Builds the worker, and again on save where the project is watched. `onFirst` is called once, after the first build that
   * succeeded: until then tasks wait in the queue.
   */
  startWorker(onFirst: () => void): void;
  /** Why nothing runs: the compiler's words about the worker, while no build of it has succeeded. */
  broken(): string | undefined;
  close(): Promise<void>;
}

/** Builds a project's functions and keeps them current. @param stateDir where builds go; absent: a temporary folder. */
export function createProjectCode(
  ctx: LocalContext,
  lambda: LambdaService,
  project: ProjectOptions,
  functions: ResourceNames["functions"],
  stateDir: string | undefined,
): ProjectCode {
  const outDir = stateDir ? join(stateDir, "build") : mkdtempSync(join(tmpdir(), "ai-pipeline-build-"));
  const { modules, config } = project;
  const bundler = createBundler({
    projectDir: project.dir,
    outDir,
    modules,
    emit: ctx.emit,
    now: ctx.clock.now,
  });

  const buildApi = async () => {
    const built = await bundler.buildOnce({ name: functions.api, entry: config.api.entry ?? modules.api });
    if (!built.ok) throw new Error(built.errors.map(formatBuildMessage).join("\n"));
    for (const role of API_ROLES) lambda.update(functions[role], { codeDir: built.codeDir });
  };

  let broken: string | undefined;
  return {
    // The runtime's own functions come built with the package; only a project that has its own pays for a build.
    api:
      config.api.entry === undefined && project.apiCodeDir
        ? { codeDir: project.apiCodeDir }
        : { codeDir: outDir, codeReady: buildApi() },
    workerDir: outDir,
    startWorker(onFirst) {
      let first = true;
      const onBuild = (built: BuildResult) => {
        if (!built.ok) {
          // Later on the last good code goes on running.
          if (first) broken = built.errors.map(formatBuildMessage).join("\n");
          return;
        }
        broken = undefined;
        lambda.update(functions.worker, { codeDir: built.codeDir });
        if (first) onFirst();
        first = false;
      };
      const target = { name: functions.worker, entry: config.worker.entry };
      if (project.watch) void bundler.watch(target, onBuild);
      else void bundler.buildOnce(target).then(onBuild);
    },
    broken: () => broken,
    async close() {
      await bundler.close();
      if (!stateDir) rmSync(outDir, { recursive: true, force: true });
    },
  };
}

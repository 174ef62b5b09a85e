import { writeFile } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { join, relative, sep } from "node:path";
import { EXIT } from "../../contract/exit.ts";
import { INFRASTRUCTURE_DIR } from "../../contract/infrastructure.ts";
import type { Archive, ArchiveBuilt, ArchiveName, BuildEvent, InputWritten } from "../../contract/operations/build.ts";
import {
  type ArchiveReference,
  type ArchiveReferences,
  stackParameters,
  stageVariables,
  type StageVariables,
  terraformVariables,
} from "../../contract/variables.ts";
import type { ResolvedConfig } from "../../contract/config.ts";
import type { Project } from "../config/load.ts";
import { findInfrastructure } from "../infrastructure/find.ts";
import { declared, readTemplate, renderTemplate, type Template } from "../infrastructure/template.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { deployedStageName } from "../deploy/stage-name.ts";
import { makeFolder } from "../make-folder.ts";
import { makeOwnFolder, ownFolder } from "../own-folder.ts";
import { functionBroken, requireProject } from "../stage.ts";
import { writeArchive } from "./archive.ts";
import { clearSecrets } from "./clear-secrets.ts";
import { outFolder } from "./out-folder.ts";

export interface BuildInput {
  stage?: string;
  /** Relative to the current folder; absent: the project's `dist`. */
  out?: string;
  /** Numbers stand in the template itself: for servers that are AWS-compatible, but take no parameter for a number. */
  literalNumbers?: boolean;
}

/** A stage's code and what its infrastructure is told. */
export interface StageBuild {
  project: Project;
  /** Absolute. */
  directory: string;
  archives: Archive[];
  variables: StageVariables;
  references: ArchiveReferences;
}

/** Builds a stage's functions and writes the files that its infrastructure as code reads. */
export async function* build(input: BuildInput, place: Workplace): AsyncGenerator<BuildEvent> {
  const began = place.clock.now();
  const project = await requireProject(place, deployedStageName(input, place));
  // Read first: a template that cannot be is worth no build.
  const found = (await findInfrastructure(project.dir)).find(({ kind }) => kind === "cloudformation");
  const template = found && (await readTemplate(found.file));
  const directory = input.out === undefined ? distOf(project) : await outFolder(input.out, project, place);
  const built = yield* buildStage(project, directory, place);
  const inputs = yield* writeInputs(built, template, input);
  yield {
    type: "summary",
    operation: "build",
    exitCode: EXIT.completed,
    app: project.config.app,
    stage: project.config.stage,
    directory: built.directory,
    archives: built.archives,
    inputs,
    elapsedMs: place.clock.now() - began,
  };
}

/** @returns where `build` writes, and Terraform finds the archives. */
export const distOf = ({ dir }: Pick<Project, "dir">) => join(dir, "dist");

/** @returns where archives are built that go up at once: what `build` made for somebody to look at stays as it is. */
export const passingFolder = ({ dir, config }: Project) => ownFolder(dir, "deploy", config.stage);

/** Builds the archives. @throws AbortError `FUNCTION_BROKEN`, `ARCHIVE_TOO_LARGE`. */
export async function* buildStage(
  project: Project,
  directory: string,
  place: Workplace,
): AsyncGenerator<ArchiveBuilt, StageBuild> {
  // Before the work: a typing error in the path shall not cost a whole build.
  await makeFolder(directory);
  const worker = yield* buildArchive("worker", project, directory, place);
  const api = yield* buildArchive("api", project, directory, place);
  const variables = stageVariables(project.config);
  const reference = ({ file, name, sha256 }: Archive): ArchiveReference => ({
    path: relative(join(project.dir, INFRASTRUCTURE_DIR), file).split(sep).join("/"),
    sha256,
    key: `${variables.app}/${variables.stage}/${name}-${Buffer.from(sha256, "base64").toString("hex").slice(0, 32)}.zip`,
  });
  const references = { worker: reference(worker), api: reference(api) };
  return { project, directory, archives: [worker, api], variables, references };
}

async function* buildArchive(
  name: ArchiveName,
  { dir, config }: Project,
  directory: string,
  place: Workplace,
): AsyncGenerator<ArchiveBuilt, Archive> {
  const { services, clock, signal } = place;
  signal.throwIfAborted();
  const began = clock.now();
  yield { type: "archive", name, state: "building" };
  // Always as deep below the project, so that the paths in source maps, and with them the archive, stay the same.
  const outDir = await makeOwnFolder(dir, "build");
  const code = await orAborted(services.buildCode({ projectDir: dir, config, what: name, outDir }), signal);
  const entry = name === "worker" ? config.worker.entry : config.api.entry;
  if (!code.ok) throw functionBroken(code.errors.join("\n"), entry ?? name);
  const { archive, warnings } = await writeArchive(name, code.codeDir, directory);
  yield {
    type: "archive",
    name,
    state: "built",
    archive,
    warnings: [...code.warnings, ...warnings, ...(name === "worker" ? ofEnvironment(config, place) : [])],
    ms: clock.now() - began,
  };
  return archive;
}

/** A terminal's Ctrl-C reaches the bundler's own process, too, which then says that it was stopped. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  const done = await Promise.race([work, aborted]);
  // What was heard in the same moment counts.
  await nextTurn();
  signal.throwIfAborted();
  return done;
}

/** What the configuration sets goes into templates, variables and a state as it is. */
function ofEnvironment({ worker, stage }: ResolvedConfig, { installation, cwd }: Workplace): string[] {
  return clearSecrets(worker.environment).map(
    (name) =>
      `worker.environment.${name} looks like a secret, and stands in clear text in all that is deployed; take it out and keep it with the stage: ${invocation(installation, cwd)} secrets set ${name} --stage ${stage}`,
  );
}

/** Writes what the project's infrastructure as code reads; of a project that has none, what either kind would. @returns where. */
async function* writeInputs(
  { directory, variables, references }: StageBuild,
  template: Template | undefined,
  { literalNumbers }: BuildInput,
): AsyncGenerator<InputWritten, string[]> {
  const parameters = stackParameters(variables, references);
  const files: [string, string, InputWritten["what"]][] = [
    ["terraform.tfvars.json", pretty(terraformVariables(variables, references)), "variables"],
    ["parameters.json", pretty(template ? declared(template, parameters) : parameters), "variables"],
  ];
  if (template) {
    const rendering = { environment: variables.workerEnvironment, ...(literalNumbers ? { numbers: parameters } : {}) };
    files.push(["template.json", `${renderTemplate(template, rendering)}\n`, "template"]);
  }
  const written: string[] = [];
  for (const [name, content, what] of files) {
    const file = join(directory, name);
    await writeFile(file, content);
    written.push(file);
    yield { type: "written", file, what };
  }
  return written;
}

const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

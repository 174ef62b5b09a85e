import type { StageDescription } from "../contract/description.ts";
import { AbortError, type PipelineError, UsageError } from "../contract/errors.ts";
import type { StackActivity } from "../contract/operations/dev.ts";
import type { StackChange, StageShown } from "../contract/operations/shared.ts";
import type { StageClient } from "../contract/ports.ts";
import { environmentToken, tokenOf } from "./caller-token.ts";
import { LOCAL_STAGE, STAGE_PATTERN } from "../contract/names.ts";
import { checkAppName } from "./app-name.ts";
import { findProject, type Project } from "./config/load.ts";
import { findRunningAround, removeDevFile, type Running, stateDirectory, writeDevFile } from "./dev-file.ts";
import { invocation } from "./installation.ts";
import { rememberStage } from "./known-stages.ts";
import { createMovingStage } from "./moving-stage.ts";
import { type StageChoice, shown } from "./stage-choice.ts";
import { lockState } from "./state-lock.ts";
import type { RunningStack, StageTarget, Workplace } from "./services.ts";

export type { StageChoice } from "./stage-choice.ts";

/** A stage that is open; `close` ends its sockets and the stack that was started for it. */
export interface OpenStage {
  client: StageClient;
  /** Set when the stack was started for this command alone. */
  own?: RunningStack;
  /** Aborted with a PipelineError as its reason when a function of a stack of our own does not compile: nothing will run. */
  broken: AbortSignal;
  /** Set on a running local stack: what it tells of itself now; undefined when it does not answer. */
  describe?(): Promise<StageDescription | undefined>;
  close(): Promise<void>;
}

/** Never aborted. */
const WHOLE = new AbortController().signal;

/** @returns the stage's name: --stage, then AI_PIPELINE_STAGE, then local. */
export function stageName(choice: StageChoice, env: Workplace["env"]): string {
  const flag = choice.stage;
  const name = flag ?? (env["AI_PIPELINE_STAGE"] || "local");
  if (!STAGE_PATTERN.test(name)) {
    throw new UsageError(`"${name}" cannot be the name of a stage.`, {
      code: "STAGE_INVALID",
      where: flag === undefined ? "AI_PIPELINE_STAGE" : "--stage",
      hint: [
        "Use lower-case letters, digits and hyphens, 1 to 20 characters, beginning with a letter.",
        ...proposed(name).map(
          (near) => `For example: ${flag === undefined ? "AI_PIPELINE_STAGE=" : "--stage "}${near}`,
        ),
      ],
    });
  }
  return name;
}

/** @returns the nearest name that a stage can have, where there is one: people give `$USER`. */
function proposed(name: string): string[] {
  const near = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 20)
    .replace(/-$/, "");
  return STAGE_PATTERN.test(near) ? [near] : [];
}

/** @throws AbortError `NOT_IN_PROJECT`. */
export async function requireProject(place: Workplace, stage: string): Promise<Project> {
  const project = await findProject(place.cwd, stage);
  if (project) return project;
  const command = invocation(place.installation, place.cwd);
  throw new AbortError(
    "This folder is not in an ai-pipeline project: there is no ai-pipeline.config.ts here or above.",
    {
      code: "NOT_IN_PROJECT",
      where: place.cwd,
      hint: [`Make one: ${command} init my-app`, "Or name a deployed stage: --app NAME --stage NAME"],
    },
  );
}

/**
 * @returns the stack that `dev` runs for the project here.
 * @throws AbortError `NOT_IN_PROJECT`, or `STAGE_NOT_RUNNING` with `message`.
 */
export async function requireRunning(place: Workplace, message = "The local stage is not running."): Promise<Running> {
  const running = await findRunningAround(place.cwd);
  if (running) return running;
  throw notRunning(message, await requireProject(place, LOCAL_STAGE), place);
}

function notRunning(message: string, project: Project, place: Workplace, more: string[] = []): AbortError {
  return new AbortError(message, {
    code: "STAGE_NOT_RUNNING",
    where: project.dir,
    hint: [`Start it in another terminal: ${invocation(place.installation, place.cwd)} dev`, ...more],
  });
}

/**
 * Opens the stage that was asked for. On the local stage that is the stack of the running `dev`; with `startLocal` one is
 * started in this process when none runs.
 */
export async function* enterStage(
  choice: StageChoice,
  place: Workplace,
  options: {
    startLocal: boolean;
    show: boolean;
    /** Of the stack, when it is started here. */
    stack?: OwnStackOptions;
  },
): AsyncGenerator<StageShown | StackChange, OpenStage> {
  const stage = stageName(choice, place.env);
  const { services, signal } = place;
  const isLocal = stage === LOCAL_STAGE && !choice.endpointUrl;
  // The provider loads while the configuration's compiler, another process, is at work. A local stack describes itself.
  services.prepareStage({ described: isLocal });
  const token = environmentToken(place.env);
  const given = token ? { token } : {};
  if (!isLocal) {
    const { projectDir, ...target } = await remoteTarget(choice, stage, place);
    const client = await services.openStage({ ...target, ...given }, { signal });
    if (projectDir !== undefined && stage !== LOCAL_STAGE) await rememberStage(projectDir, stage);
    yield* shown(client, options.show || stage !== "local", choice, place);
    return { client, broken: WHOLE, close: () => client.close() };
  }
  const running = await findRunningAround(place.cwd);
  if (running && (running.kind === "dev" || !options.startLocal)) {
    const open = ({ app, endpoint, description }: Running) =>
      services.openStage({ app, stage, endpoint, ...(description ? { description } : {}), ...given }, { signal });
    const client = createMovingStage({ running, client: await open(running) }, open, place);
    yield* shown(client, options.show, choice, place, running.description);
    const describe = async () => (await findRunningAround(place.cwd))?.description;
    return { client, broken: WHOLE, describe, close: () => client.close() };
  }
  const project = await requireProject(place, stage);
  if (!options.startLocal)
    throw notRunning("The local stage is not running.", project, place, ["Or name a deployed one: --stage NAME"]);
  const app = choice.app ?? project.config.app;
  yield { type: "stack", state: "starting" };
  const own = await startOwn(place, project, options.stack ?? {});
  try {
    yield { type: "stack", state: "ready", endpoint: own.stack.endpoint, ms: own.ms, offline: own.stack.offline };
    // Nobody outside can have a token for a stack that lives as long as this command.
    const { endpoint } = own.stack;
    const target = { app, stage, endpoint, token: tokenOf(own.stack), description: own.stack.describe() };
    const client = await services.openStage(target, { signal });
    yield* shown(client, options.show, choice, place);
    return {
      client,
      own: own.stack,
      broken: own.broken,
      async close() {
        await client.close();
        await own.close();
      },
    };
  } catch (error) {
    await own.close();
    throw error;
  }
}

/** How a stack is started for one command. */
interface OwnStackOptions {
  /** Port of the worker's inspector. */
  inspect?: number;
  onActivity?(event: StackActivity): void;
}

interface OwnStack {
  stack: RunningStack;
  ms: number;
  broken: AbortSignal;
  close(): Promise<void>;
}

/** Starts the stack for one command. Where another command's stack holds the state, this one works in memory. */
async function startOwn(
  place: Workplace,
  project: Project,
  { inspect, onActivity }: OwnStackOptions,
): Promise<OwnStack> {
  const began = place.clock.now();
  const broken = new AbortController();
  const unlock = await lockState(project.dir, place);
  const close = async (stack?: RunningStack) => {
    if (unlock) await removeDevFile(project.dir, place.pid);
    await stack?.close();
    await unlock?.();
  };
  let stack: RunningStack | undefined;
  try {
    stack = await place.services.startStack({
      projectDir: project.dir,
      ...(unlock ? { stateDir: stateDirectory(project.dir) } : {}),
      config: project.config,
      port: 0,
      portRequired: false,
      speed: 1,
      faults: project.config.local.faults,
      ...(inspect === undefined ? {} : { inspect }),
      fresh: false,
      watch: false,
      onEvent(event) {
        onActivity?.(event);
        if (event.type === "function" && event.state === "failed")
          broken.abort(functionBroken(event.message ?? event.name, project.config.worker.entry));
      },
    });
    if (unlock) {
      await writeDevFile(project.dir, {
        pid: place.pid,
        kind: "command",
        endpoint: stack.endpoint,
        app: project.config.app,
        startedAt: new Date(began).toISOString(),
        version: place.installation.version,
        controlToken: stack.controlToken,
      });
    }
  } catch (error) {
    await close(stack);
    throw error;
  }
  return { stack, ms: place.clock.now() - began, broken: broken.signal, close: () => close(stack) };
}

/** @param text the compiler's words. @returns that nothing of it will run. */
export function functionBroken(text: string, entry: string): PipelineError {
  const [message = "", ...lines] = text.split("\n");
  return new AbortError(`A function of the project does not build or load: ${message}`, {
    code: "FUNCTION_BROKEN",
    where: entry,
    hint: [...lines.filter((line) => line.trim() !== ""), "Mend it and run the command again."],
  });
}

/** `projectDir` is set when the app is that of a project here. */
async function remoteTarget(
  choice: StageChoice,
  stage: string,
  place: Workplace,
): Promise<StageTarget & { projectDir?: string }> {
  const project = choice.app === undefined ? await requireProject(place, stage) : undefined;
  const app = choice.app ?? project?.config.app ?? "";
  checkAppName(app);
  return {
    app,
    stage,
    ...(project ? { projectDir: project.dir } : {}),
    ...(choice.region ? { region: choice.region } : {}),
    ...(choice.profile ? { profile: choice.profile } : {}),
    ...(choice.endpointUrl ? { endpoint: choice.endpointUrl } : {}),
  };
}

import { relative } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import type { DevEvent, DevReady } from "../../contract/operations/dev.ts";
import { type Channel, createChannel } from "../channel.ts";
import type { Project } from "../config/load.ts";
import { findRunning, removeDevFile, stateDirectory, writeDevFile } from "../dev-file.ts";
import { invocation } from "../installation.ts";
import { lockState } from "../state-lock.ts";
import type { RunningStack, Workplace } from "../services.ts";
import { requireProject } from "../stage.ts";
import { attributeToTasks } from "./attribution.ts";
import { pumpDepths } from "./depths.ts";

export interface DevInput {
  /** Asked for by flag: it must be free. Absent: the configuration's, or another when that is taken. */
  port?: number;
  speed: number;
  /** Beside those of the configuration. */
  faults: string[];
  fresh: boolean;
  seed?: number;
  /** Port of the worker's inspector. */
  inspect?: number;
}

/** Runs the embedded stack with the project on it until the signal is aborted. */
export async function* dev(input: DevInput, place: Workplace): AsyncGenerator<DevEvent> {
  const project = await requireProject(place, LOCAL_STAGE);
  const unlock = await lockState(project.dir, place);
  if (!unlock) throw await alreadyRunning(project, place);
  const channel = createChannel<DevEvent>();
  const running = runLocked(input, project, place, channel, unlock);
  running.then(
    () => channel.close(),
    (error: unknown) => channel.close(error),
  );
  try {
    yield* channel;
  } finally {
    await running.catch(() => undefined);
  }
}

async function runLocked(
  input: DevInput,
  project: Project,
  place: Workplace,
  channel: Channel<DevEvent>,
  unlock: () => Promise<void>,
): Promise<void> {
  try {
    await run(input, project, place, channel);
  } finally {
    await unlock();
  }
}

async function run(input: DevInput, project: Project, place: Workplace, channel: Channel<DevEvent>): Promise<void> {
  const { clock, signal } = place;
  const began = clock.now();
  const counts = { accepted: 0, completed: 0, deadlettered: 0 };
  const push = (event: DevEvent) => {
    if (event.type === "accepted" || event.type === "completed" || event.type === "deadlettered") counts[event.type]++;
    channel.push(event);
  };
  const tasks = attributeToTasks();
  const stack = await place.services.startStack({
    projectDir: project.dir,
    stateDir: stateDirectory(project.dir),
    config: project.config,
    port: input.port ?? project.config.local.port,
    portRequired: input.port !== undefined && input.port !== 0,
    speed: input.speed,
    faults: [...project.config.local.faults, ...input.faults],
    fresh: input.fresh,
    watch: true,
    ...(input.seed === undefined ? {} : { seed: input.seed }),
    ...(input.inspect === undefined ? {} : { inspect: input.inspect }),
    onEvent: (activity) => push(tasks.attribute(activity)),
    onTask(event) {
      tasks.note(event);
      push(event);
    },
  });
  try {
    await announce(project, stack, place);
    push(readyEvent(input, project, stack, place, clock.now() - began));
    await Promise.all([pumpDepths(stack, place, push), aborted(signal)]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (signal.aborted)
      push({ type: "stopping", reason: signal.reason instanceof Error ? signal.reason.message : "stopped" });
    await stack.close();
    await removeDevFile(project.dir, place.pid);
  }
  // Ctrl-C is how `dev` ends.
  channel.push({
    type: "summary",
    operation: "dev",
    exitCode: EXIT.completed,
    elapsedMs: clock.now() - began,
    ...counts,
  });
}

function readyEvent(input: DevInput, project: Project, stack: RunningStack, place: Workplace, ms: number): DevReady {
  const wanted = input.port ?? project.config.local.port;
  const { outputs } = stack;
  const consumption = stack.consumption();
  return {
    type: "ready",
    app: outputs.app,
    stage: outputs.stage,
    endpoint: stack.endpoint,
    port: stack.port,
    ...(wanted !== 0 && wanted !== stack.port ? { wantedPort: wanted } : {}),
    socketUrl: outputs.socketUrl,
    token: stack.token,
    webhookSecret: stack.webhookSecret,
    offline: stack.offline,
    speed: input.speed,
    faults: stack.faults(),
    ...(consumption ? { consumption } : {}),
    queue: outputs.queueUrl,
    deadLetterQueue: outputs.deadLetterQueueUrl,
    bucket: outputs.bucket,
    state: relative(place.cwd, stateDirectory(project.dir)) || ".",
    ms,
    pid: place.pid,
  };
}

async function announce(project: Project, stack: RunningStack, place: Workplace): Promise<void> {
  await writeDevFile(project.dir, {
    pid: place.pid,
    kind: "dev",
    endpoint: stack.endpoint,
    app: project.config.app,
    startedAt: new Date(place.clock.now()).toISOString(),
    version: place.installation.version,
    controlToken: stack.controlToken,
  });
}

async function alreadyRunning(project: Project, place: Workplace): Promise<AbortError> {
  const running = await findRunning(project.dir);
  if (running?.kind !== "dev") {
    return new AbortError("Another command runs the local stack of this project right now.", {
      code: "DEV_RUNNING",
      where: project.dir,
      hint: "Start again when it has ended.",
    });
  }
  return new AbortError(`dev already runs in this project, at ${running.endpoint} (process ${running.pid}).`, {
    code: "DEV_RUNNING",
    where: project.dir,
    hint: [
      `Use it: ${invocation(place.installation, place.cwd)} submit "..." --watch`,
      `Or end it: kill ${running.pid}`,
    ],
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

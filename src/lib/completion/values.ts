import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { TERMINAL_STATUSES, type TaskStatus } from "../../contract/event.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import { FUNCTION_ROLES } from "../../contract/resources.ts";
import { findProject } from "../config/load.ts";
import { readTemplates } from "../init/templates.ts";
import { readKnownStages } from "../known-stages.ts";
import type { Workplace } from "../services.ts";
import { enterStage, type StageChoice } from "../stage.ts";

/** What a flag or an argument can be completed with. */
export type ValueKind = "task" | "live-task" | "dead-task" | "stage" | "queue" | "function" | "profile" | "template";

export interface Candidate {
  value: string;
  description?: string;
}

/** More are of no use on a screen. */
const TASKS = 50;
const ENDED: ReadonlySet<TaskStatus> = new Set(TERMINAL_STATUSES);

/** @returns what exists of a kind, on the stage that the flags name. @throws whatever keeps it from being known. */
export async function findValues(kind: ValueKind, choice: StageChoice, place: Workplace): Promise<Candidate[]> {
  switch (kind) {
    case "task":
      return findTasks(choice, place, () => true);
    case "live-task":
      return findTasks(choice, place, (status) => !ENDED.has(status));
    case "dead-task":
      return findTasks(choice, place, (status) => status === "deadlettered", "deadlettered");
    case "stage":
      return (await findStages(place)).map((value) => ({ value }));
    case "queue":
      return withStage(choice, place, async ({ outputs }) => [
        { value: lastSegment(outputs.queueUrl), description: "tasks" },
        { value: lastSegment(outputs.deadLetterQueueUrl), description: "dead letters" },
      ]);
    case "function":
      return FUNCTION_ROLES.map((value) => ({ value }));
    case "profile":
      return (await findProfiles(place.env)).map((value) => ({ value }));
    case "template":
      return (await readTemplates(place.installation.root)).map(({ name, description }) => ({
        value: name,
        description,
      }));
  }
}

type Client = Awaited<ReturnType<Workplace["services"]["openStage"]>>;

async function withStage<T>(choice: StageChoice, place: Workplace, work: (client: Client) => Promise<T>): Promise<T> {
  const entering = enterStage(choice, place, { startLocal: false, show: false });
  let entered = await entering.next();
  while (!entered.done) entered = await entering.next();
  const stage = entered.value;
  try {
    return await work(stage.client);
  } finally {
    await stage.close();
  }
}

function findTasks(
  choice: StageChoice,
  place: Workplace,
  wanted: (status: TaskStatus) => boolean,
  status?: TaskStatus,
): Promise<Candidate[]> {
  return withStage(choice, place, async ({ reader }) => {
    const { tasks } = await reader.list({ limit: TASKS, ...(status ? { status } : {}) });
    return tasks
      .filter((task) => wanted(task.status))
      .map((task) => ({ value: task.taskId, description: `${task.status}: ${task.prompt}` }));
  });
}

/** The local one, those of the configuration and those that were used from here. */
async function findStages({ cwd, env }: Workplace): Promise<string[]> {
  const project = await findProject(cwd, LOCAL_STAGE).catch(() => undefined);
  const known = project ? [...project.stages, ...(await readKnownStages(project.dir))] : [];
  const named = env["AI_PIPELINE_STAGE"];
  return [...new Set([LOCAL_STAGE, ...(named ? [named] : []), ...known])];
}

async function findProfiles(env: Workplace["env"]): Promise<string[]> {
  const folder = join(env["HOME"] ?? homedir(), ".aws");
  const files = [
    env["AWS_CONFIG_FILE"] ?? join(folder, "config"),
    env["AWS_SHARED_CREDENTIALS_FILE"] ?? join(folder, "credentials"),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/^\s*\[\s*(?:profile\s+)?([^\]\s]+)\s*\]/gm)].map(([, name = ""]) => name),
  );
  return [...new Set(names)];
}

function lastSegment(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

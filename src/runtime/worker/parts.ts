import { systemClock, type Clock } from "../../contract/clock.ts";
import type { Settings } from "../../contract/settings.ts";
import { createDynamo } from "../aws/dynamo.ts";
import { createObjects, type Objects } from "../aws/objects.ts";
import { createQueue, type Queue } from "../aws/queue.ts";
import { createSecrets, type Secrets } from "../aws/secrets.ts";
import { createSockets, type Sockets } from "../aws/sockets.ts";
import { createLogger, writeToStdout, type Logger } from "../log/logger.ts";
import { createFollowers, type Followers } from "../outbox/followers.ts";
import { createTaskStore, type TaskStore } from "../store/index.ts";

/** What a worker stands on, made once an environment. */
export interface WorkerParts {
  settings: Settings;
  clock: Clock;
  random: () => number;
  store: TaskStore;
  queue: Queue;
  objects: Objects;
  sockets: Sockets;
  followers: Followers;
  secrets: Secrets;
  log: Logger;
  /** Writes one line of metrics. */
  writeLine: (line: string) => void;
}

export function createParts(settings: Settings): WorkerParts {
  const clock = systemClock;
  const dynamo = createDynamo();
  return {
    settings,
    clock,
    random: Math.random,
    store: createTaskStore({ dynamo, settings, clock }),
    queue: createQueue(),
    objects: createObjects(),
    sockets: createSockets(settings.managementUrl),
    followers: createFollowers(dynamo, settings.connectionsTable),
    secrets: createSecrets({ path: settings.secretsPath, clock }),
    log: createLogger(
      { write: writeToStdout, level: process.env["AWS_LAMBDA_LOG_LEVEL"] },
      { app: settings.app, stage: settings.stage },
    ),
    writeLine: writeToStdout,
  };
}

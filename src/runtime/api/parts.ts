import type { Clock } from "../../contract/clock.ts";
import type { Settings } from "../../contract/settings.ts";
import type { Objects } from "../aws/objects.ts";
import type { Queue } from "../aws/queue.ts";
import type { Sockets } from "../aws/sockets.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { TaskRecord } from "../../contract/record.ts";
import type { Logger } from "../log/logger.ts";
import type { TaskStore } from "../store/index.ts";
import type { Connections } from "./connections.ts";
import type { Presigner } from "../aws/presigner.ts";

/** What the functions of the API work with; made once in each environment, at its first call. */
export interface ApiParts {
  settings: Settings;
  clock: Clock;
  log: Logger;
  store: TaskStore;
  connections: Connections;
  queue: Queue;
  sockets: Sockets;
  objects: Objects;
  presigner: Presigner;
  /** The stage's token, from which tickets are signed. */
  stageToken(): Promise<string>;
  /** Tells the followers of events that were just written. Never rejects: who was not told reads them. */
  publish(events: TaskEvent[], task: TaskRecord["task"]): Promise<void>;
  /** Tells followers and webhook of an ended task's end, as far as nobody has, within so many milliseconds. */
  tellEnd(taskId: string, withinMs: number): Promise<void>;
}

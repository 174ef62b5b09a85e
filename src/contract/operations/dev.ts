import type { ConsumptionMark } from "../consumption.ts";
import type { TaskEvent } from "../event.ts";
import type { QueueStats } from "../queue.ts";
import type { SummaryBase } from "./shared.ts";

/** The stack listens and takes tasks. The first line of `dev --headless --json`. */
export interface DevReady {
  type: "ready";
  app: string;
  stage: string;
  /** `http://127.0.0.1:4566`. */
  endpoint: string;
  port: number;
  /** Set when the usual port was taken: the port that was wanted. */
  wantedPort?: number;
  socketUrl: string;
  /** The stage's token: a caller's `Authorization: Bearer`. */
  token: string;
  /** `whsec_...`: verifies webhooks. */
  webhookSecret: string;
  /** True when no model key is set: the offline model answers. */
  offline: boolean;
  speed: number;
  /** Rules in force, as `--fault` takes them. */
  faults: string[];
  /** What was changed by hand of how messages are taken; absent when nothing was. */
  consumption?: ConsumptionMark;
  queue: string;
  deadLetterQueue: string;
  bucket: string;
  /** State directory, relative to the project. */
  state: string;
  /** Start to ready. */
  ms: number;
  pid: number;
}

/** What happens inside the stack. `at` is epoch milliseconds. The local stack's own events, and the tasks they are of. */
export type StackActivity =
  | {
      type: "log";
      at: number;
      group: string;
      stream: string;
      requestId?: string;
      /** The task it is of, where that can be known. */
      taskId?: string;
      message: string;
    }
  | {
      type: "function";
      at: number;
      name: string;
      state: "building" | "ready" | "failed";
      ms?: number;
      message?: string;
    }
  | {
      type: "invocation";
      at: number;
      name: string;
      requestId: string;
      state: "started" | "ended";
      ms?: number;
      error?: string;
      /** The stack was stopped in the middle of it. */
      stopped?: true;
      cold?: boolean;
      /** The task it works on, where that can be known. */
      taskId?: string;
    }
  | { type: "request"; at: number; method: string; path: string; status: number; ms: number }
  | { type: "fault"; at: number; kind: string; detail: string }
  | { type: "warning"; at: number; message: string };

/** Sampled once a second while something changes. */
export interface DevDepths {
  type: "depths";
  at: number;
  queue: QueueStats;
  deadLetterQueue: QueueStats;
  /** Open WebSockets. */
  connections: number;
  /** What was changed by hand of how messages are taken; absent when nothing was. */
  consumption?: ConsumptionMark;
}

/** Ctrl-C or SIGTERM: the stack ends its children and sockets. */
export interface DevStopping {
  type: "stopping";
  reason: string;
}

export interface DevSummary extends SummaryBase<"dev"> {
  elapsedMs: number;
  accepted: number;
  completed: number;
  deadlettered: number;
}

/** `function` events while it builds, `ready`, then everything in the order it happens, `stopping`, `summary`. */
export type DevEvent = DevReady | StackActivity | TaskEvent | DevDepths | DevStopping | DevSummary;

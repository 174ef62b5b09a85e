import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../contract/clock.ts";
import { ExternalError } from "../contract/errors.ts";
import type { LocalContext, StackEvent } from "./context.ts";
import { createFailureWarnings } from "./failure-warnings.ts";

/** The account every resource of a local stack belongs to. */
export const LOCAL_ACCOUNT = "000000000000";
export const LOCAL_REGION = "us-east-1";

export interface KernelOptions {
  /** Folder of the state; absent: all in memory. */
  stateDir?: string;
  clock: Clock;
  speed: number;
  random(): number;
  onEvent(event: StackEvent): void;
}

export interface Kernel {
  context: LocalContext;
  /** Called once, when the server listens. */
  setEndpoint(endpoint: string): void;
  /** The stack is being stopped: what it refuses from now on is no news. What it fails to keep still is. */
  stopping(): void;
}

/** Makes the context that all services of one stack share. */
export async function createKernel(options: KernelOptions): Promise<Kernel> {
  // Loaded here and not at the top: the import alone costs milliseconds that commands without a stack need not pay.
  const { DatabaseSync } = await import("node:sqlite");
  if (options.stateDir) mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  let endpoint: string | undefined;
  let stopping = false;
  const emit = (event: StackEvent) => {
    try {
      options.onEvent(event);
    } catch {
      // A watcher's failure is the watcher's; the stack goes on.
    }
  };
  const context: LocalContext = {
    clock: options.clock,
    speed: options.speed,
    region: LOCAL_REGION,
    accountId: LOCAL_ACCOUNT,
    endpoint() {
      if (!endpoint) throw new Error("The stack's endpoint was asked for before the stack listened.");
      return endpoint;
    },
    openDatabase(name) {
      const file = options.stateDir ? join(options.stateDir, `${name}.db`) : ":memory:";
      try {
        const database = new DatabaseSync(file);
        // The page cache of the system survives a killed process, so that a SIGKILL loses nothing; only a power cut could.
        database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;");
        return database;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new ExternalError(`The local stack's state cannot be opened: ${why}.`, {
          code: "STATE_DAMAGED",
          where: file,
          hint: "Run dev with --fresh to begin with an empty state, or move the file away first if you want to keep it.",
          cause: error,
        });
      }
    },
    random: options.random,
    emit: (event) => (stopping && (event.type === "warning" || event.type === "request") ? undefined : emit(event)),
    failed: createFailureWarnings(options.clock, options.stateDir, emit),
  };
  return { context, setEndpoint: (value) => void (endpoint = value), stopping: () => void (stopping = true) };
}

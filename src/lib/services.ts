import type { AccountClient, AccountTarget } from "../contract/account.ts";
import type { Clock } from "../contract/clock.ts";
import type { ConsumptionMark } from "../contract/consumption.ts";
import type { ResolvedConfig } from "../contract/config.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { StageDescription } from "../contract/description.ts";
import type { IacKind, InfrastructureDriver, InfrastructureInput } from "../contract/infrastructure.ts";
import type { ArchiveName, BuiltCode } from "../contract/operations/build.ts";
import type { DevDepths, StackActivity } from "../contract/operations/dev.ts";
import type { CallerToken, QueueClient, QueueTarget, StageClient } from "../contract/ports.ts";
import type { StageOutputs } from "../contract/resources.ts";
import type { Installation } from "./installation.ts";

/** What names a stage to a provider. */
export interface StageTarget {
  app: string;
  stage: string;
  region?: string;
  profile?: string;
  endpoint?: string;
  /** Absent: the stage's own, which needs the permission to read it. */
  token?: CallerToken;
  /** What is known of it already, and need not be asked for. */
  description?: StageDescription;
}

export interface StackStart {
  projectDir: string;
  /** Absent: all in memory. */
  stateDir?: string;
  config: ResolvedConfig;
  /** 0 for any free one. */
  port: number;
  /** The user named the port: then it must be free. */
  portRequired: boolean;
  speed: number;
  faults: string[];
  seed?: number;
  fresh: boolean;
  inspect?: number;
  /** Bundle again on save. */
  watch: boolean;
  onEvent(event: StackActivity): void;
  /** Told what is written of the project's tasks, in the order of the writes: between the activities where it happened. */
  onTask?(event: TaskEvent): void;
}

/** The embedded stack at work with one project on it. */
export interface RunningStack {
  /** `http://127.0.0.1:<port>`. */
  endpoint: string;
  port: number;
  outputs: StageOutputs;
  token: string;
  webhookSecret: string;
  /** Bearer token of the control routes. */
  controlToken: string;
  offline: boolean;
  /** How many messages wait in the queues, and how many sockets are open. */
  depths(): Pick<DevDepths, "queue" | "deadLetterQueue" | "connections">;
  /** What was changed by hand of how messages are taken; undefined when nothing was. */
  consumption(): ConsumptionMark | undefined;
  /** What opens the stage without a question to it. */
  describe(): StageDescription;
  faults(): string[];
  close(): Promise<void>;
}

/** Code to build once, as `dev` would. */
export interface CodeSource {
  projectDir: string;
  config: ResolvedConfig;
  what: ArchiveName;
  /** Where builds go. */
  outDir: string;
}

/** What main hands down, so that no operation knows which provider or stack it works with. */
export interface Services {
  /**
   * Begins to load what `openStage` needs, for use while something else is awaited; of a stage that is described, no AWS
   * client. Never fails: `openStage` will.
   */
  prepareStage(options: { described: boolean }): void;
  /** @throws AbortError `STAGE_NOT_DEPLOYED`, AuthorizationError. */
  openStage(target: StageTarget, options: { signal: AbortSignal }): Promise<StageClient>;
  /** Queues of an account and region, whether or not they belong to a stage. */
  openQueues(target: QueueTarget): Promise<QueueClient>;
  startStack(options: StackStart): Promise<RunningStack>;
  buildCode(source: CodeSource): Promise<BuiltCode>;
  /** An account and region, whether or not there is a stage in it. */
  openAccount(target: AccountTarget): Promise<AccountClient>;
  openInfrastructure(input: InfrastructureInput, kind: IacKind, target: AccountTarget): Promise<InfrastructureDriver>;
}

/** Where and with what an operation runs. */
export interface Workplace {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Aborted by Ctrl-C and SIGTERM; its reason is a PipelineError. */
  signal: AbortSignal;
  services: Services;
  installation: Installation;
  pid: number;
}

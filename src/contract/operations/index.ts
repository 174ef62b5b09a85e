import type { BatchEvent } from "./batch.ts";
import type { BuildEvent } from "./build.ts";
import type { CompletionEvent } from "./completion.ts";
import type { ConsumptionEvent } from "./consumption.ts";
import type { BootstrapEvent, DeployEvent, DestroyEvent, PlanEvent } from "./deploy.ts";
import type { DevEvent } from "./dev.ts";
import type { DlqImportEvent, DlqPurgeEvent } from "./dlq-change.ts";
import type { DlqReplayEvent } from "./dlq-replay.ts";
import type { DlqInspectEvent, DlqListEvent, DlqShowEvent } from "./dlq.ts";
import type { DlqRedriveEvent } from "./dlq-redrive.ts";
import type { FaultsEvent } from "./faults.ts";
import type { InitEvent, InitListEvent } from "./init.ts";
import type { LogsEvent } from "./logs.ts";
import type { TasksRetryEvent, TasksRunEvent } from "./rerun.ts";
import type { SecretsEvent } from "./secrets.ts";
import type { SmokeEvent } from "./smoke.ts";
import type { IamPolicyEvent, OpenEvent, OutputEvent, StagesDiffEvent, StagesListEvent } from "./stages.ts";
import type { StatusEvent } from "./status.ts";
import type { SubmitEvent } from "./submit.ts";
import type { TasksCancelEvent, TasksForgetEvent, TasksListEvent, TasksShowEvent } from "./tasks.ts";
import type { WatchEvent } from "./watch.ts";

/** Every operation by the name its summary carries, with its events. */
export interface Operations {
  submit: SubmitEvent;
  batch: BatchEvent;
  watch: WatchEvent;
  "tasks-list": TasksListEvent;
  "tasks-show": TasksShowEvent;
  "tasks-cancel": TasksCancelEvent;
  "tasks-forget": TasksForgetEvent;
  "tasks-retry": TasksRetryEvent;
  "tasks-run": TasksRunEvent;
  "dlq-list": DlqListEvent;
  "dlq-inspect": DlqInspectEvent;
  "dlq-show": DlqShowEvent;
  "dlq-redrive": DlqRedriveEvent;
  "dlq-replay": DlqReplayEvent;
  "dlq-import": DlqImportEvent;
  "dlq-purge": DlqPurgeEvent;
  smoke: SmokeEvent;
  init: InitEvent;
  "init-list": InitListEvent;
  dev: DevEvent;
  build: BuildEvent;
  plan: PlanEvent;
  deploy: DeployEvent;
  destroy: DestroyEvent;
  bootstrap: BootstrapEvent;
  secrets: SecretsEvent;
  faults: FaultsEvent;
  logs: LogsEvent;
  status: StatusEvent;
  consumption: ConsumptionEvent;
  completion: CompletionEvent;
  "stages-list": StagesListEvent;
  "stages-diff": StagesDiffEvent;
  output: OutputEvent;
  open: OpenEvent;
  "iam-policy": IamPolicyEvent;
}

export type OperationName = keyof Operations;
/** The last event of an operation. */
export type SummaryOf<Name extends OperationName> = Extract<Operations[Name], { type: "summary" }>;

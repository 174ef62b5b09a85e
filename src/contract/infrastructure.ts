import type { Archive } from "./operations/build.ts";
import type { Json } from "./task.ts";
import type { ArchiveReferences, StackParameter, StageVariables } from "./variables.ts";

/** The kinds of infrastructure as code that a project can own. */
export const IAC_KINDS = ["cloudformation", "terraform"] as const;
export type IacKind = (typeof IAC_KINDS)[number];

/** Where a project's infrastructure lies, relative to the project. */
export const INFRASTRUCTURE_DIR = "infra";

/** `import`: it is there already, with what it holds, and becomes the stage's. */
export const RESOURCE_ACTIONS = ["create", "import", "change", "replace", "delete"] as const;
export type ResourceAction = (typeof RESOURCE_ACTIONS)[number];

/** One attribute of a resource that would change. Values are as the infrastructure's own language writes them. */
export interface AttributeChange {
  /** `VisibilityTimeout`, `Environment.Variables.LOG_LEVEL`, `environment[0].variables.LOG_LEVEL`. */
  path: string;
  /** Absent: there was none, it is not known, or it is private. */
  before?: Json;
  after?: Json;
  /** The value is a secret, and masked. */
  private?: true;
  /** The value is known only once other resources are there. */
  unknown?: true;
  /** It cannot be changed in place. */
  replaces?: true;
}

export interface ResourceChange {
  /** Its name in the project's own files: `AiTaskQueue`, `aws_sqs_queue.ai_task_queue`. */
  address: string;
  /** `AWS::SQS::Queue`, `aws_sqs_queue`. */
  kind: string;
  /** What it is called in the account, where that is known. */
  name?: string;
  action: ResourceAction;
  /** In the order of the plan; empty for what is created or deleted whole. */
  attributes: AttributeChange[];
  /** What data would be gone, in a few words; absent when none. */
  loses?: string;
}

/** What would be done to a stage. */
export interface InfrastructurePlan {
  kind: IacKind;
  /** Of the driver that made it: a change set's ARN, or a plan file's content. Opaque to everybody else. */
  token: string;
  changes: ResourceChange[];
  /** What somebody should know before it is applied: resources changed by hand, a setting the account has no room for. */
  notes: string[];
}

/** One resource on its way. `at` is epoch milliseconds. */
export interface ResourceProgress {
  type: "resource";
  at: number;
  address: string;
  kind: string;
  action: ResourceAction;
  state: "started" | "done" | "failed";
  /** Since it started; on `done` and `failed`. */
  ms?: number;
  /** The service's words, on `failed`. */
  reason?: string;
  /** It is undone what failed elsewhere: the stage goes back to what it was. */
  undo?: true;
}

/** What a driver does that takes a while before there is a plan: `uploading worker.zip`, `terraform init`. */
export interface DriverStep {
  type: "step";
  text: string;
}

/** What a driver works on. */
export interface InfrastructureInput {
  app: string;
  stage: string;
  /** Where the command works, and whether a stage of this name says there that it is deployed; absent where it does not matter. */
  site?: { account: string; region: string; deployed: boolean };
  /** Absolute path of the project's infrastructure. */
  directory: string;
  /** Absolute path of the file that messages point at where no better is known. */
  file: string;
  /** Code and variables; absent where only a removal is planned. */
  build?: { archives: Archive[]; variables: StageVariables; references: ArchiveReferences };
  /** What a removal leaves, by the names of the bucket and the table. */
  keep?: readonly string[];
  template?: TemplateInput;
}

/** What CloudFormation is given. */
export interface TemplateInput {
  /** JSON. */
  body: string;
  /** Lines of its resources in the input's `file`. */
  lines: Record<string, number>;
  parameters: StackParameter[];
  /** Where archives, and a template too large for a request, are put. */
  artifacts: { bucket: string; region: string; account: string };
}

/** How a stage's infrastructure is right now. */
export type InfrastructureState =
  | { state: "absent" }
  | { state: "ready"; updatedAt?: string }
  /** Somebody else changes it, or it is still being changed. */
  | { state: "busy"; reason: string; hint: string[] }
  /** A change failed in a way that needs a person first. */
  | { state: "stuck"; reason: string; hint: string[] };

/** One kind of infrastructure as code at work on one stage. */
export interface InfrastructureDriver {
  kind: IacKind;
  /**
   * Refuses what could not be done later for want of a program; cheap, so that it comes before anything is built. An input
   * without a build will do.
   * @throws AbortError `TERRAFORM_MISSING` or `TERRAFORM_TOO_OLD`.
   */
  ready(signal: AbortSignal): Promise<void>;
  state(signal: AbortSignal): Promise<InfrastructureState>;
  /**
   * Makes a plan; nothing of the stage is changed.
   * @throws AbortError `IAC_INVALID` naming file and line, `STAGE_BUSY`, `STAGE_STUCK`; `STATE_ELSEWHERE` for a stage that is
   * there, of which this kind knows nothing, `STATE_MISMATCH` where what it knows is another stage.
   */
  plan(what: "deploy" | "destroy", signal: AbortSignal): AsyncGenerator<DriverStep, InfrastructurePlan>;
  /**
   * Does what the plan says. Once the signal is aborted it stops as gently as the kind can.
   * @throws AbortError `DEPLOY_FAILED` whose hint says what state the stage is in and what to do; `PLAN_STALE`.
   */
  apply(plan: InfrastructurePlan, signal: AbortSignal): AsyncGenerator<ResourceProgress | DriverStep>;
  /**
   * Looks whether a plan is this stage's and can be carried out still; nothing is changed.
   * @throws AbortError `PLAN_INVALID`, `PLAN_STALE`, `STAGE_BUSY`, `STAGE_STUCK`.
   */
  verify(plan: InfrastructurePlan, what: "deploy" | "destroy", signal: AbortSignal): Promise<void>;
  /** Removes what a plan that is not applied left behind. */
  discard(plan: InfrastructurePlan): Promise<void>;
  close(): Promise<void>;
}

import type { Clock } from "../../../contract/clock.ts";
import { AbortError, PipelineError, withMore } from "../../../contract/errors.ts";
import type { InfrastructureInput, ResourceProgress } from "../../../contract/infrastructure.ts";
import { adviceFor } from "../../../contract/refusals.ts";
import { calling } from "../errors.ts";
import { busy, isBusy } from "./change-set.ts";
import { followStack, type StackEnd } from "./progress.ts";
import { findStack, isAbsent, refuseUnready, type StackContext, stateOf } from "./stack.ts";
import type { PlanToken } from "./token.ts";

/** Clocks differ: events of the change may seem older than its beginning. */
const SKEW_MS = 5_000;

interface Applying {
  input: InfrastructureInput;
  clock: Clock;
  signal: AbortSignal;
}

/** Executes a change set, or deletes a stack, and follows it to its end. */
export async function* applyPlan(
  context: StackContext,
  token: PlanToken,
  applying: Applying,
): AsyncGenerator<ResourceProgress> {
  if (token.what === "nothing") return;
  const { clock, signal } = applying;
  await refuseOvertaken(context, token);
  signal.throwIfAborted();
  const since = new Date((await lastEventAt(context, token.stackId)) ?? clock.now() - SKEW_MS);
  await (token.what === "deploy" ? execute(context, token.id) : remove(context, token.stackId));
  let end: StackEnd;
  try {
    end = yield* followStack(context, { stackId: token.stackId, since, clock, signal });
  } catch (error) {
    throw signal.aborted ? left(context, token, signal) : lostSight(context, token, error);
  }
  const wanted =
    token.what === "destroy" ? ["DELETE_COMPLETE"] : ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"];
  if (!wanted.includes(end.status) || (token.what === "deploy" && end.status === "DELETE_COMPLETE"))
    throw failed(context, token, { ...end, ...(await refusal(context, token, end)) }, applying.input);
}

/** @returns when the newest event of the stack was, a moment later: what comes after it is ours. */
async function lastEventAt({ cloudformation, place }: StackContext, StackName: string): Promise<number | undefined> {
  const { DescribeStackEventsCommand } = await import("@aws-sdk/client-cloudformation");
  const { StackEvents } = await calling("cloudformation:DescribeStackEvents", place, () =>
    cloudformation.send(new DescribeStackEventsCommand({ StackName })),
  );
  const at = StackEvents?.[0]?.Timestamp?.getTime();
  return at === undefined ? undefined : at + 1;
}

/** A plan may have been saved a while ago. @throws AbortError `PLAN_STALE`, `STAGE_BUSY`, `STAGE_STUCK`. */
export async function refuseOvertaken(
  context: StackContext,
  token: Exclude<PlanToken, { what: "nothing" }>,
): Promise<void> {
  const stack = await findStack(context, token.stackId);
  const made = !isAbsent(stack);
  if (token.what === "destroy") {
    if (!made) throw stale(context, token.stackId);
    return;
  }
  refuseUnready(stateOf(stack, context), context.name);
  if (!stack || made === token.first) throw stale(context, token.id);
}

/** @throws AbortError `PLAN_STALE`. */
async function execute(context: StackContext, ChangeSetName: string): Promise<void> {
  const { cloudformation, place, name } = context;
  const { ExecuteChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  await calling("cloudformation:ExecuteChangeSet", place, async () => {
    try {
      await cloudformation.send(new ExecuteChangeSetCommand({ StackName: name, ChangeSetName }));
    } catch (error) {
      if (isBusy(error)) throw busy(context, error);
      if (error instanceof Error && STALE.has(error.name)) throw stale(context, ChangeSetName, error);
      throw error;
    }
  });
}

function stale({ title }: StackContext, where: string, cause?: unknown): AbortError {
  return new AbortError(`The plan cannot be applied any more: ${title} was changed since.`, {
    code: "PLAN_STALE",
    where,
    hint: "Somebody else may have deployed meanwhile. Plan again and look at what is left to do.",
    ...(cause === undefined ? {} : { cause }),
  });
}

const STALE = new Set([
  "InvalidChangeSetStatus",
  "InvalidChangeSetStatusException",
  "ChangeSetNotFound",
  "ChangeSetNotFoundException",
]);

async function remove({ cloudformation, place }: StackContext, StackName: string): Promise<void> {
  const { DeleteStackCommand } = await import("@aws-sdk/client-cloudformation");
  await calling("cloudformation:DeleteStack", place, () => cloudformation.send(new DeleteStackCommand({ StackName })));
}

/** What CloudFormation refuses before it makes anything is in no resource's events. */
async function refusal(
  { cloudformation, place }: StackContext,
  { stackId }: Exclude<PlanToken, { what: "nothing" }>,
  { failure, reason = "" }: StackEnd,
): Promise<Pick<StackEnd, "failure">> {
  if (failure || !/DescribeEvents/.test(reason)) return {};
  const { DescribeEventsCommand } = await import("@aws-sdk/client-cloudformation");
  const { OperationEvents = [] } = await calling("cloudformation:DescribeEvents", place, () =>
    cloudformation.send(new DescribeEventsCommand({ StackName: stackId, Filters: { FailedEvents: true } })),
  );
  const [first] = OperationEvents.filter(({ ValidationStatusReason }) => ValidationStatusReason);
  if (!first?.ValidationStatusReason) return {};
  const { LogicalResourceId: address = "", ResourceType: kind = "", ValidationStatusReason } = first;
  return { failure: { address, kind, reason: ValidationStatusReason } };
}

function failed(
  { name, title, aws }: StackContext,
  token: PlanToken,
  { status, failure, reason }: StackEnd,
  { template, file }: InfrastructureInput,
): AbortError {
  const line = failure && template?.lines[failure.address];
  const what = failure
    ? `${failure.address} (${failure.kind}): ${failure.reason}`
    : (reason ?? `It ended as ${status}.`);
  const verb = token.what === "destroy" ? "could not be removed" : "could not be deployed";
  return new AbortError(`${title} ${verb}. ${what}`, {
    code: token.what === "destroy" ? "DESTROY_FAILED" : "DEPLOY_FAILED",
    where: line === undefined ? `stack ${name}` : `${file}:${line}`,
    hint: [...adviceFor(what), stateAfter(status), ...nextStep(status, aws)],
  });
}

function stateAfter(status: string): string {
  if (status === "UPDATE_ROLLBACK_COMPLETE") return "It is as it was before: CloudFormation undid what it had begun.";
  if (status === "DELETE_COMPLETE" || status === "ROLLBACK_COMPLETE")
    return "Nothing is left of it: CloudFormation removed what it had made.";
  if (status === "DELETE_FAILED") return "A part of it is left; what is gone stays gone.";
  return `It is left half-way (${status}): a part of it may be new and a part old.`;
}

function nextStep(status: string, aws: StackContext["aws"]): string[] {
  if (status === "UPDATE_ROLLBACK_FAILED") return [`Mend the cause, then: ${aws("continue-update-rollback")}`];
  if (/^(ROLLBACK_(COMPLETE|FAILED)|CREATE_FAILED)$/.test(status))
    return [
      "Mend the cause, remove what is left (destroy --keep-data, which keeps what an earlier stage left), and deploy again.",
    ];
  if (status === "DELETE_FAILED") return ["Mend the cause and run the command again: it goes on with what is left."];
  return ["Mend the cause and run the command again."];
}

/** The service goes on, whatever became of our questions. */
function lostSight(context: StackContext, token: PlanToken, cause: unknown): unknown {
  if (!(cause instanceof PipelineError)) return cause;
  const more = [
    goesOn(context, token),
    `Run the command again to see how it ended, or: ${context.aws("describe-stack-events")}`,
  ];
  return withMore(cause, more, `stack ${context.name}`);
}

const goesOn = ({ title }: StackContext, { what }: PlanToken) =>
  `${title} is still being ${what === "destroy" ? "removed" : "deployed"}: CloudFormation goes on, only nobody watches.`;

/** Ctrl-C: the service goes on without us. */
function left(context: StackContext, token: PlanToken, signal: AbortSignal): AbortError {
  const reason: unknown = signal.reason;
  return new AbortError(goesOn(context, token), {
    code: "DEPLOY_LEFT",
    where: `stack ${context.name}`,
    hint: [
      "Run the command again to see how it ended.",
      ...(token.what === "deploy" && !token.first ? [`Or take it back: ${context.aws("cancel-update-stack")}`] : []),
    ],
    ...(reason instanceof PipelineError ? { exitCode: reason.exitCode } : {}),
  });
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import { counted } from "../../contract/counted.ts";
import { AbortError, PipelineError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { ResourceAction, ResourceChange, ResourceProgress } from "../../contract/infrastructure.ts";
import { adviceFor } from "../../contract/refusals.ts";
import { lockFailure, planFailure, sentence } from "./failure.ts";
import { type Diagnostic, type Message, parseMessage } from "./message.ts";
import { run, runToEnd, type RunPlace } from "./run.ts";
import { taintedIn } from "./state.ts";

export interface ApplyInput {
  place: RunPlace;
  /** The saved plan. */
  file: string;
  what: "deploy" | "destroy";
  changes: readonly ResourceChange[];
  stage: string;
  clock: Clock;
}

/** @throws AbortError `DEPLOY_FAILED` or `DESTROY_FAILED`, `DEPLOY_INTERRUPTED`, `PLAN_STALE` or `STAGE_BUSY`. */
export async function* applyPlan(input: ApplyInput, signal: AbortSignal): AsyncGenerator<ResourceProgress> {
  const { place, file, clock } = input;
  const running = run(place, ["apply", "-json", "-input=false", "-no-color", file], signal);
  const errors: Diagnostic[] = [];
  /** Failed, and not yet told why: the reasons come last. */
  const unexplained = new Map<string, ResourceProgress>();
  const began = new Map<string, number>();
  let done = 0;
  let next = await running.next();
  for (; !next.done; next = await running.next()) {
    const message = parseMessage(next.value);
    if (message?.type === "diagnostic") {
      if (message.diagnostic.severity === "warning") continue;
      errors.push(message.diagnostic);
      const failed = message.diagnostic.address && unexplained.get(message.diagnostic.address);
      if (!failed) continue;
      unexplained.delete(failed.address);
      yield { ...failed, reason: sentence(message.diagnostic) };
    } else if (message) {
      const event = progressOf(message, clock.now(), began);
      if (!event) continue;
      if (event.state === "done") done += 1;
      if (event.state === "failed") unexplained.set(event.address, event);
      else yield event;
    }
  }
  yield* explained([...unexplained.values()], errors);
  if (next.value.exitCode === 0 && !signal.aborted) return;
  if (next.value.exitCode === 0 && done === input.changes.length) return;
  throw await failureOf(input, { errors, stderr: next.value.stderr, done }, signal);
}

/** What fails to be removed is told without its address: of one alone it is clear whose reason that is, and `errors` learns it. */
function explained(failed: readonly ResourceProgress[], errors: Diagnostic[]): ResourceProgress[] {
  const nameless = errors.filter((error) => error.address === undefined && !isHalted(error));
  const [only] = nameless;
  if (!only) return [...failed];
  const [event] = failed;
  if (!event || failed.length > 1 || nameless.length > 1) {
    return failed.map((item) => ({ ...item, reason: "the reason is told below" }));
  }
  errors[errors.indexOf(only)] = { ...only, address: event.address };
  return [{ ...event, reason: sentence(only) }];
}

/** Of each resource that was not begun it says that alone. */
const isHalted = ({ summary }: Diagnostic) => summary === "execution halted";

/** @returns each reason once: an interruption gives all that is at work the same. */
function reasonsOf(errors: readonly Diagnostic[], program: string): string[] {
  const addresses = new Map<string, string[]>();
  for (const error of errors.filter((item) => !isHalted(item))) {
    const text = sentence(error);
    addresses.set(text, [...(addresses.get(text) ?? []), error.address ?? program]);
  }
  return [...addresses].map(([text, [first = program, ...more]]) =>
    more.length === 0 ? `${first}: ${text}` : `${counted(more.length + 1, "resource")}: ${text}`,
  );
}

/** @returns undefined for data that is looked up. */
function progressOf(
  { type, hook }: Extract<Message, { hook: unknown }>,
  at: number,
  began: Map<string, number>,
): ResourceProgress | undefined {
  const { resource } = hook;
  const action = ACTIONS[hook.action];
  if (!action) return undefined;
  const event = { type: "resource" as const, at, address: resource.addr, kind: resource.resource_type, action };
  if (type === "apply_start") {
    began.set(resource.addr, at);
    return { ...event, state: "started" };
  }
  // Terraform itself counts whole seconds.
  const ms = at - (began.get(resource.addr) ?? at);
  return { ...event, state: type === "apply_complete" ? "done" : "failed", ms };
}

/** Terraform's words for what is done. A replacement is a removal and a creation, each told. */
const ACTIONS: Record<string, ResourceAction> = { create: "create", update: "change", delete: "delete" };

/** @returns that the state is another than the one a plan was made from. */
export const stale = (stage: string) =>
  new AbortError("The plan is out of date: the stage was changed since it was made.", {
    code: "PLAN_STALE",
    where: stage,
    hint: "Make a new one with plan; nothing was changed.",
  });

/** Says what state the stage is in, and what to do. */
async function failureOf(
  { place, stage, what }: ApplyInput,
  { errors, stderr, done }: { errors: Diagnostic[]; stderr: string; done: number },
  signal: AbortSignal,
): Promise<PipelineError> {
  const first = errors[0];
  const locked = first && lockFailure(first, place);
  if (locked) return locked;
  if (first && /Saved plan is stale/i.test(first.summary)) {
    return stale(stage);
  }
  if (!first && !signal.aborted) return planFailure([], stderr, place);
  const unsaved = join(place.directory, "errored.tfstate");
  const halfMade = await taintedOf(place);
  const reasons = reasonsOf(errors, place.program.name);
  const hint = [
    ...reasons,
    ...new Set(reasons.flatMap(adviceFor)),
    `${counted(done, "change was", "changes were")} made and ${done === 1 ? "is" : "are"} in the state; nothing is undone.`,
    ...halfMade.map((address) => `${address} may be half made: the next deploy replaces it.`),
    ...(existsSync(unsaved)
      ? [`The state could not be written and lies in ${unsaved}: ${place.program.name} state push errored.tfstate`]
      : []),
    "Run the same command again: it goes on where this one stopped.",
  ];
  if (signal.aborted) {
    return new AbortError("Interrupted: what was at work was ended, and the rest not begun.", {
      code: "DEPLOY_INTERRUPTED",
      where: stage,
      hint,
      exitCode: signal.reason instanceof PipelineError ? signal.reason.exitCode : EXIT.interrupted,
    });
  }
  return new AbortError(`${counted(errors.length, "resource")} failed.`, {
    code: what === "destroy" ? "DESTROY_FAILED" : "DEPLOY_FAILED",
    where: stage,
    hint,
  });
}

/** @returns what the state marks as half made. */
async function taintedOf(place: RunPlace): Promise<string[]> {
  const { stdout, exitCode } = await runToEnd(place, ["state", "pull"], new AbortController().signal);
  if (exitCode !== 0) return [];
  return taintedIn(stdout);
}

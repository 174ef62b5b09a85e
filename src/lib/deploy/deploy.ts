import { resolve } from "node:path";
import { counted } from "../../contract/counted.ts";
import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { IacKind, InfrastructureDriver, InfrastructurePlan } from "../../contract/infrastructure.ts";
import type { Archive } from "../../contract/operations/build.ts";
import type { DeployEvent, DeploySummary, PlanMade } from "../../contract/operations/deploy.ts";
import { buildStage, passingFolder } from "../build/build.ts";
import type { Project } from "../config/load.ts";
import { requireInfrastructure } from "../infrastructure/find.ts";
import { invocation } from "../installation.ts";
import { rememberStage } from "../known-stages.ts";
import type { Workplace } from "../services.ts";
import { type StageChoice, stageFlags } from "../stage-choice.ts";
import { bringCode, refuseOtherLive } from "./code.ts";
import { enterProjectSite, refuseInterrupted, type Site } from "./enter.ts";
import { writePlace } from "./places.ts";
import { loadPlan, refuseOtherCode, type SavedPlan } from "./plan-file.ts";
import { planMade, planned, withNotes } from "./plan.ts";
import { prepare } from "./prepare.ts";
import { makeSecrets } from "./secrets.ts";

export interface DeployInput {
  choice: StageChoice;
  iac?: IacKind;
  /** A plan that was saved, relative to the current folder; absent: one is made. */
  plan?: string;
  /** Replaces the functions' code and nothing else. */
  codeOnly: boolean;
  /** Data may be lost: somebody said so, or is asked. */
  mayLoseData: boolean;
}

/** Deploys a stage. Nothing has happened before it is asked for what comes after the plan. */
export async function* deploy(input: DeployInput, place: Workplace): AsyncGenerator<DeployEvent> {
  const began = place.clock.now();
  const { project, site } = yield* enterProjectSite(input.choice, place);
  const end = (rest: Partial<DeploySummary> & Pick<DeploySummary, "unchanged">): DeploySummary => ({
    type: "summary",
    operation: "deploy",
    exitCode: EXIT.completed,
    app: site.app,
    stage: site.stage,
    next: nextCommands(input.choice, place),
    ...rest,
    elapsedMs: place.clock.now() - began - asked,
  });
  let asked = 0;
  try {
    if (input.codeOnly) {
      yield* codeOnly(project, site, place, end);
      return;
    }
    const ready =
      input.plan === undefined
        ? yield* fresh(input, project, site, place)
        : yield* saved(input.plan, project, site, place);
    try {
      const { made, driver, archives, secrets } = ready;
      asked = yield* offer(made, driver, {
        own: input.plan === undefined,
        place,
        check: () => refuseLoss(made, input),
      });
      if (made.changes.length > 0) await driver.verify(made, "deploy", place.signal);
      await makeSecrets(site, secrets);
      if (made.changes.length > 0) yield* driver.apply(made, place.signal);
      const updated = yield* onlyUpdates(bringCode(site, archives, place, true));
      if (ready.code) await refuseOtherLive(site, ready.code);
      const outputs = await site.account.outputs(site);
      await writePlace(project.dir, site.stage, await site.account.identity());
      await rememberStage(project.dir, site.stage);
      yield end({
        kind: made.kind,
        unchanged: made.changes.length === 0 && updated === 0 && secrets.length === 0,
        ...(outputs ? { outputs } : {}),
      });
    } finally {
      await ready.driver.close();
    }
  } finally {
    await site.account.close();
  }
}

/**
 * Tells a plan. Whoever is asked and says no reads no further: then nothing of the plan is left behind, and neither after
 * Ctrl-C or when `check` throws.
 * @param own made for this run alone.
 * @returns for how many milliseconds it was thought about.
 */
export async function* offer(
  made: InfrastructurePlan,
  driver: InfrastructureDriver,
  { own, place, check }: { own: boolean; place: Pick<Workplace, "clock" | "signal">; check?: () => void },
): AsyncGenerator<PlanMade, number> {
  const told = place.clock.now();
  let taken = false;
  try {
    yield planMade(made);
    refuseInterrupted(place.signal);
    check?.();
    taken = true;
  } finally {
    if (!taken && own) await driver.discard(made);
  }
  return place.clock.now() - told;
}

/** @throws AbortError `DATA_LOSS`. */
function refuseLoss(made: InfrastructurePlan, { mayLoseData }: DeployInput): void {
  const losing = made.changes.filter(({ loses }) => loses !== undefined);
  if (mayLoseData || losing.length === 0) return;
  throw new AbortError(`${counted(losing.length, "change")} would lose data.`, {
    code: "DATA_LOSS",
    where: losing.map(({ address }) => address).join(", "),
    hint: "If that is meant, say it: --yes --allow-data-loss. Nothing was changed.",
  });
}

/** A plan, and what else its execution takes. */
interface Ready {
  driver: InfrastructureDriver;
  made: InfrastructurePlan;
  archives: Archive[];
  /** Of a saved plan, which comes without its archives. */
  code?: SavedPlan["code"];
  secrets: string[];
}

async function* fresh(
  { iac, choice }: DeployInput,
  project: Project,
  site: Site,
  place: Workplace,
): AsyncGenerator<DeployEvent, Ready> {
  const prepared = yield* prepare(project, site, iac, place);
  const driver = await place.services.openInfrastructure(prepared.input, prepared.infrastructure.kind, site.target);
  try {
    const made = withNotes(yield* planned(driver, choice, place), prepared.notes);
    return { driver, made, archives: prepared.built.archives, secrets: prepared.secrets };
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** @throws AbortError `PLAN_ELSEWHERE` for a plan of another stage, account or region; as `refuseOtherCode`. */
async function* saved(file: string, project: Project, site: Site, place: Workplace): AsyncGenerator<never, Ready> {
  yield* [];
  const found = await loadPlan(resolve(place.cwd, file));
  const { account, region } = await site.account.identity();
  if (found.app !== site.app || found.stage !== site.stage || found.account !== account || found.region !== region) {
    throw new AbortError(
      `The plan is for stage ${found.stage} of ${found.app} in account ${found.account}, region ${found.region}.`,
      { code: "PLAN_ELSEWHERE", where: file, hint: "Name that stage, profile and region, or make a new plan." },
    );
  }
  const infrastructure = await requireInfrastructure(project.dir, found.plan.kind, place);
  // What CloudFormation is to deploy lies in the bucket since it was planned.
  if (found.plan.kind === "terraform") await refuseOtherCode(file, found.code, project.dir);
  const { app, stage } = site;
  const input = { app, stage, directory: infrastructure.directory, file: infrastructure.file };
  const driver = await place.services.openInfrastructure(input, found.plan.kind, site.target);
  return { driver, made: found.plan, archives: [], code: found.code, secrets: found.secrets };
}

async function* codeOnly(
  project: Project,
  site: Site,
  place: Workplace,
  end: (rest: Partial<DeploySummary> & Pick<DeploySummary, "unchanged">) => DeploySummary,
): AsyncGenerator<DeployEvent> {
  if (!site.outputs) {
    throw new AbortError(`The stage ${site.stage} is not deployed yet.`, {
      code: "STAGE_NOT_DEPLOYED",
      where: "--code-only",
      hint: "Deploy it whole first, without --code-only.",
    });
  }
  const { archives } = yield* buildStage(project, passingFolder(project), place);
  const updated = yield* bringCode(site, archives, place, false);
  yield end({
    unchanged: updated === 0,
    outputs: site.outputs,
    ...(updated === 0
      ? {}
      : { drift: "its infrastructure as code does not know of this code yet: the next whole deployment tells it" }),
  });
}

/** What runs the right code already is no news after a whole deployment. */
async function* onlyUpdates(
  events: ReturnType<typeof bringCode>,
): AsyncGenerator<Extract<DeployEvent, { type: "code" }>, number> {
  for (;;) {
    const step = await events.next();
    if (step.done) return step.value;
    if (step.value.state !== "same") yield step.value;
  }
}

function nextCommands(choice: StageChoice, place: Workplace): string[] {
  const command = invocation(place.installation, place.cwd);
  const flags = stageFlags(choice);
  return [`${command} submit "What is a dead-letter queue?"${flags} --watch`, `${command} status${flags}`];
}

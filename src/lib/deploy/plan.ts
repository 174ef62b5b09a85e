import { resolve } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { IacKind, InfrastructureDriver, InfrastructurePlan } from "../../contract/infrastructure.ts";
import type { PlanEvent, PlanMade } from "../../contract/operations/deploy.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { shellWord } from "../../contract/shell-word.ts";
import { type StageChoice, stageFlags } from "../stage-choice.ts";
import { enterProjectSite, refuseInterrupted, type Site } from "./enter.ts";
import { savePlan } from "./plan-file.ts";
import { prepare, type Prepared } from "./prepare.ts";

export interface PlanInput {
  choice: StageChoice;
  iac?: IacKind;
  /** Where the plan is saved, relative to the current folder. */
  out?: string;
  /** Exit with 2 when something would change, as terraform does. */
  detailedExitCode: boolean;
}

/** Tells what a deployment would do. Nothing of the stage is changed. */
export async function* plan(input: PlanInput, place: Workplace): AsyncGenerator<PlanEvent> {
  const began = place.clock.now();
  const { project, site } = yield* enterProjectSite(input.choice, place);
  let driver: InfrastructureDriver | undefined;
  try {
    const prepared = yield* prepare(project, site, input.iac, place);
    driver = await place.services.openInfrastructure(prepared.input, prepared.infrastructure.kind, site.target);
    const made = withNotes(yield* planned(driver, input.choice, place), prepared.notes);
    if (place.signal.aborted) await driver.discard(made);
    refuseInterrupted(place.signal);
    yield planMade(made);
    const unchanged = made.changes.length === 0;
    const file = input.out === undefined ? undefined : resolve(place.cwd, input.out);
    if (file === undefined) await driver.discard(made);
    else await savePlan(file, await toSaved(site, prepared, made));
    yield {
      type: "summary",
      operation: "plan",
      // 2 as terraform means it: there is something to do.
      exitCode: input.detailedExitCode && !unchanged ? EXIT.usage : EXIT.completed,
      kind: made.kind,
      unchanged,
      ...(file === undefined
        ? {}
        : {
            file,
            apply: `${invocation(place.installation, place.cwd)} deploy${stageFlags(input.choice)} --plan ${shellWord(input.out ?? file)}`,
          }),
      elapsedMs: place.clock.now() - began,
    };
  } finally {
    await driver?.close();
    await site.account.close();
  }
}

/** As the driver plans it; where the bucket of artefacts is missing, the command that makes it is told. */
export async function* planned(
  driver: InfrastructureDriver,
  choice: StageChoice,
  place: Workplace,
): ReturnType<InfrastructureDriver["plan"]> {
  try {
    return yield* driver.plan("deploy", place.signal);
  } catch (error) {
    if (!(error instanceof AbortError) || error.code !== "BOOTSTRAP_MISSING") throw error;
    const { stage: _stage, app: _app, ...account } = choice;
    const command = `${invocation(place.installation, place.cwd)} bootstrap${stageFlags(account)}`;
    const { message, code, where, cause } = error;
    throw new AbortError(message, {
      code,
      hint: ["Make it, once an account and region:", `  ${command}`],
      cause,
      ...(where === undefined ? {} : { where }),
    });
  }
}

/** @returns a plan as it is told. */
export function planMade({ kind, changes, notes }: InfrastructurePlan): PlanMade {
  const counts: PlanMade["counts"] = { create: 0, import: 0, change: 0, replace: 0, delete: 0 };
  for (const { action } of changes) counts[action] += 1;
  return {
    type: "plan",
    kind,
    changes,
    notes,
    counts,
    losing: changes.filter(({ loses }) => loses !== undefined).length,
  };
}

/** @returns the plan with what the toolkit has to say of it. */
export const withNotes = (made: InfrastructurePlan, notes: string[]): InfrastructurePlan => ({
  ...made,
  notes: [...made.notes, ...notes],
});

async function toSaved(site: Site, { built, secrets }: Prepared, made: InfrastructurePlan) {
  const { account, region } = await site.account.identity();
  const { worker, api } = built.references;
  return {
    v: 1 as const,
    app: site.app,
    stage: site.stage,
    account,
    region,
    code: { worker: worker.sha256, api: api.sha256 },
    secrets,
    plan: made,
  };
}

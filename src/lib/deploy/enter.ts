import type { AccountClient, AccountTarget } from "../../contract/account.ts";
import { isMarked, type ConsumptionMark } from "../../contract/consumption.ts";
import { AbortError, UsageError } from "../../contract/errors.ts";
import type { InfrastructureInput } from "../../contract/infrastructure.ts";
import type { StageShown } from "../../contract/operations/shared.ts";
import type { StageOutputs } from "../../contract/resources.ts";
import type { Project } from "../config/load.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { requireProject } from "../stage.ts";
import { resumeCommand, type StageChoice } from "../stage-choice.ts";
import { deployedStageName } from "./stage-name.ts";
import { placesFile, readPlace } from "./places.ts";

/** An account and region with a stage in mind, which need not be there yet. */
export interface Site {
  app: string;
  stage: string;
  choice: StageChoice;
  target: AccountTarget;
  account: AccountClient;
  /** What the stage says of itself; absent where there is none. */
  outputs?: StageOutputs;
  mark: ConsumptionMark;
}

/** @returns where the account is. */
export function targetOf({ region, profile, endpointUrl }: StageChoice): AccountTarget {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  };
}

/** Opens the account and shows where the command works. The caller closes it. */
export async function* enterSite(choice: StageChoice, app: string, place: Workplace): AsyncGenerator<StageShown, Site> {
  const stage = deployedStageName(choice, place);
  const target = targetOf(choice);
  const account = await place.services.openAccount(target);
  try {
    const { account: id, region } = await account.identity();
    const [outputs, mark] = await Promise.all([account.outputs({ app, stage }), account.mark({ app, stage })]);
    const { endpoint } = account;
    yield {
      type: "stage",
      ref: { app, stage, account: id, region, ...(endpoint ? { endpoint } : {}) },
      ...(isMarked(mark) ? { consumption: mark } : {}),
      ...(mark.paused ? { resume: resumeCommand(choice, place) } : {}),
    };
    return { app, stage, choice, target, account, mark, ...(outputs ? { outputs } : {}) };
  } catch (error) {
    await account.close();
    throw error;
  }
}

/** @returns what a driver has to know of where it works. */
export async function whereabouts({
  account,
  outputs,
}: Pick<Site, "account" | "outputs">): Promise<NonNullable<InfrastructureInput["site"]>> {
  return { ...(await account.identity()), deployed: outputs !== undefined };
}

/** As `enterSite`, for the project here. @throws AbortError `ACCOUNT_MISMATCH` where the stage is known to be elsewhere. */
export async function* enterProjectSite(
  choice: StageChoice,
  place: Workplace,
): AsyncGenerator<StageShown, { project: Project; site: Site }> {
  const stage = deployedStageName(choice, place);
  const project = await requireProject(place, stage);
  refuseOtherApp(choice.app, project.config.app);
  const site = yield* enterSite(choice, project.config.app, place);
  try {
    await refuseElsewhere(project, site);
    await refuseNamesake(site);
    refuseInterrupted(place.signal);
    return { project, site };
  } catch (error) {
    await site.account.close();
    throw error;
  }
}

/**
 * Names of resources are app and stage together: `shop`, `api-dev` and `shop-api`, `dev` are the same.
 * @throws AbortError `NAME_TAKEN` where another pair has them.
 */
async function refuseNamesake({ app, stage, account, outputs }: Site): Promise<void> {
  if (outputs) return;
  for await (const other of account.stages()) {
    if (`${other.app}-${other.stage}` !== `${app}-${stage}`) continue;
    throw new AbortError(`The stage ${other.stage} of ${other.app} has the names that ${stage} of ${app} would have.`, {
      code: "NAME_TAKEN",
      where: `${app}-${stage}`,
      hint: "Choose another stage name: --stage. Nothing was changed.",
    });
  }
}

/** @throws AbortError `INTERRUPTED` after Ctrl-C. To be called where nothing was changed yet. */
export function refuseInterrupted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new AbortError("Interrupted: nothing was changed.", {
    code: "INTERRUPTED",
    exitCode: interruptedExit(signal),
  });
}

/** What is deployed is what lies here. */
function refuseOtherApp(asked: string | undefined, app: string): void {
  if (asked === undefined || asked === app) return;
  throw new UsageError(`The project here is ${app}, not ${asked}.`, {
    code: "APP_MISMATCH",
    where: "--app",
    hint: "Leave --app out, or run the command in that app's project.",
  });
}

/** A wrong profile would make a second stage of the same name in silence, or change and remove one that is somebody's. */
async function refuseElsewhere(project: Project, { stage, account }: Site): Promise<void> {
  const known = await readPlace(project.dir, stage);
  if (!known) return;
  const here = await account.identity();
  if (known.account === here.account && known.region === here.region) return;
  throw new AbortError(
    `The stage ${stage} was deployed to account ${known.account}, region ${known.region}; this is account ${here.account}, region ${here.region}.`,
    {
      code: "ACCOUNT_MISMATCH",
      where: "--profile, --region",
      hint: [
        "Use the profile and region of that account: --profile NAME --region NAME",
        `If it is gone from there, or this one is meant from now on, take it out of ${placesFile(project.dir)} and run the command again.`,
      ],
    },
  );
}

import { artifactBucket } from "../../contract/artifacts.ts";
import { AbortError } from "../../contract/errors.ts";
import type { IacKind, InfrastructureInput } from "../../contract/infrastructure.ts";
import type { ArchiveBuilt } from "../../contract/operations/build.ts";
import { resourceNames } from "../../contract/resources.ts";
import { stackParameters, type StageVariables } from "../../contract/variables.ts";
import { buildStage, distOf, passingFolder, type StageBuild } from "../build/build.ts";
import type { ResolvedConfig } from "../../contract/config.ts";
import type { Project } from "../config/load.ts";
import { type Infrastructure, requireInfrastructure } from "../infrastructure/find.ts";
import { declared, readTemplate, renderTemplate } from "../infrastructure/template.ts";
import type { Workplace } from "../services.ts";
import { type Site, whereabouts } from "./enter.ts";
import { missingSecrets } from "./secrets.ts";

/** A deployment that can be planned. */
export interface Prepared {
  built: StageBuild;
  infrastructure: Infrastructure;
  input: InfrastructureInput;
  /** Secrets that are made with it. */
  secrets: string[];
  /** What somebody should know of it. */
  notes: string[];
}

/** Checks what can be checked before, builds, and fills in the variables. */
export async function* prepare(
  project: Project,
  site: Site,
  kind: IacKind | undefined,
  place: Workplace,
): AsyncGenerator<ArchiveBuilt, Prepared> {
  const infrastructure = await requireInfrastructure(project.dir, kind, place);
  await requireProgram(infrastructure, site, place);
  refuseOtherRegion(project.config, (await site.account.identity()).region);
  const secrets = await missingSecrets(site, project.config.worker.environment, place);
  // Read first: a template that cannot be is worth no build.
  const template = infrastructure.kind === "cloudformation" ? await readTemplate(infrastructure.file) : undefined;
  const directory = infrastructure.kind === "terraform" ? distOf(project) : passingFolder(project);
  const built = yield* buildStage(project, directory, place);
  const { variables, notes } = await adjust(built.variables, site);
  const { archives, references } = built;
  const artifacts = await artifactsOf(site);
  const parameters = stackParameters(variables, references, artifacts.bucket);
  return {
    built: { ...built, variables },
    infrastructure,
    input: {
      app: site.app,
      stage: site.stage,
      site: await whereabouts(site),
      directory: infrastructure.directory,
      file: infrastructure.file,
      build: { archives, variables, references },
      ...(template
        ? {
            template: {
              body: renderTemplate(template, {
                environment: variables.workerEnvironment,
                names: new Map([
                  ...parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue] as const),
                  ["AWS::AccountId", artifacts.account],
                  ["AWS::Region", artifacts.region],
                ]),
                ...(site.account.endpoint === undefined ? {} : { numbers: parameters }),
              }),
              lines: template.lines,
              parameters: declared(template, parameters),
              artifacts,
            },
          }
        : {}),
    },
    secrets,
    notes: [...notes, ...(secrets.length > 0 ? [`makes the secrets ${secrets.join(" and ")}`] : [])],
  };
}

/** @returns the bucket for what is deployed. */
export async function artifactsOf({
  account,
}: Pick<Site, "account">): Promise<{ bucket: string; account: string; region: string }> {
  const identity = await account.identity();
  return { bucket: artifactBucket(identity.account, identity.region), ...identity };
}

/** @throws AbortError what the driver lacks, before anything else takes time. */
async function requireProgram({ kind, directory, file }: Infrastructure, site: Site, place: Workplace): Promise<void> {
  const { app, stage, target } = site;
  const driver = await place.services.openInfrastructure({ app, stage, directory, file }, kind, target);
  try {
    await driver.ready(place.signal);
  } finally {
    await driver.close();
  }
}

/** AWS takes neither from elsewhere, and says so half-way. @throws AbortError `REGION_DIFFERS`. */
function refuseOtherRegion({ api, alarms }: ResolvedConfig, region: string): void {
  const arns = { "api.domain.certificate": api.domain?.certificate, "alarms.topic": alarms.topic };
  for (const [where, arn] of Object.entries(arns)) {
    const its = arn?.split(":")[3];
    if (its === undefined || its === region) continue;
    throw new AbortError(`${arn} is in ${its}, and the stage in ${region}.`, {
      code: "REGION_DIFFERS",
      where,
      hint: "Name one of the stage's own region, or deploy there: --region",
    });
  }
}

/** What was changed by hand stays, and what the account has no room for is left out; both are said. */
async function adjust(
  variables: StageVariables,
  { app, stage, mark, account }: Site,
): Promise<{ variables: StageVariables; notes: string[] }> {
  const notes: string[] = [];
  const adjusted = { ...variables };
  if (mark.paused) {
    adjusted.workerEnabled = false;
    notes.push(`stays paused, as ${mark.paused.by} left it`);
  }
  if (mark.limited) {
    adjusted.workerMaxConcurrency = mark.limited.maxConcurrency;
    notes.push(
      `keeps the concurrency of ${mark.limited.maxConcurrency} that ${mark.limited.by} set by hand (the configuration says ${variables.workerMaxConcurrency})`,
    );
  }
  const wanted = variables.workerReservedConcurrency;
  if (wanted > 0) {
    const room = await account.room(resourceNames(app, stage, "").functions.worker);
    if (room !== undefined && room < wanted) {
      adjusted.workerReservedConcurrency = 0;
      notes.push(
        `reserves no concurrency: the account has room for ${room}, not for worker.reservedConcurrency (${wanted}); the cap of ${adjusted.workerMaxConcurrency} holds all the same`,
      );
    }
  }
  if (adjusted.workerReservedConcurrency > 0 && adjusted.workerReservedConcurrency < adjusted.workerMaxConcurrency) {
    throw new AbortError(
      `The concurrency set by hand (${adjusted.workerMaxConcurrency}) is above what is reserved (${adjusted.workerReservedConcurrency}): throttled tasks would be lost.`,
      {
        code: "CONCURRENCY_CONFLICT",
        where: "worker.reservedConcurrency",
        hint: "Raise worker.reservedConcurrency, or give the limit up: concurrency set configured",
      },
    );
  }
  return { variables: adjusted, notes };
}

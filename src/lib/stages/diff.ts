import type { AccountClient } from "../../contract/account.ts";
import { AbortError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import { jsonIn } from "../../contract/json.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import { outputRows } from "../../contract/output-rows.ts";
import type { StagesDiffEvent } from "../../contract/operations/stages.ts";
import type { StageOutputs } from "../../contract/resources.ts";
import { checkAppName } from "../app-name.ts";
import { targetOf } from "../deploy/enter.ts";
import type { Workplace } from "../services.ts";
import { requireProject, requireRunning, stageName } from "../stage.ts";
import type { StageChoice } from "../stage-choice.ts";

/** Where a stage's APIs are is no setting. */
const ADDRESS = /\.AI_PIPELINE_(MANAGEMENT|SOCKET)_URL$/;

export interface StagesDiffInput {
  choice: StageChoice;
  first: string;
  second: string;
}

/** Compares how two stages of an app are set, the local one of a running `dev` among them. Names and addresses do not count. */
export async function* diffStages(input: StagesDiffInput, place: Workplace): AsyncGenerator<StagesDiffEvent> {
  const { choice, first, second } = input;
  const app = choice.app ?? (await requireProject(place, first)).config.app;
  checkAppName(app);
  const [one, other] = await Promise.all([first, second].map((stage) => settingsOf(app, stage, choice, place)));
  const names = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])].toSorted();
  let differences = 0;
  for (const setting of names) {
    const [a, b] = [one?.[setting], other?.[setting]];
    if (a === b) continue;
    differences++;
    yield {
      type: "difference",
      setting,
      ...(a === undefined ? {} : { first: a }),
      ...(b === undefined ? {} : { second: b }),
    };
  }
  yield {
    type: "summary",
    operation: "stages-diff",
    exitCode: EXIT.completed,
    first,
    second,
    compared: names.length,
    differences,
  };
}

async function settingsOf(
  app: string,
  stage: string,
  choice: StageChoice,
  place: Workplace,
): Promise<Record<string, string>> {
  stageName({ stage }, place.env);
  const account = await openAccountOf(stage, choice, place);
  try {
    const outputs = await account.outputs({ app, stage });
    if (!outputs) {
      throw new AbortError(`The stage ${stage} of ${app} is not deployed here.`, {
        code: "STAGE_NOT_DEPLOYED",
        where: "stages diff",
        hint: "See those that are: stages list. Check --profile and --region.",
      });
    }
    const [settings, secrets] = await Promise.all([account.settings(outputs), account.secrets.list(outputs)]);
    return {
      ...Object.fromEntries(
        Object.entries(settings)
          .filter(([name]) => !ADDRESS.test(name))
          .flatMap(([name, value]) => flat(name, nameless(value, outputs))),
      ),
      // Their values are read by nobody: whether there is one is all that is told.
      ...Object.fromEntries(secrets.map(({ name }) => [`secret.${name}`, "set"])),
    };
  } finally {
    await account.close();
  }
}

async function openAccountOf(stage: string, choice: StageChoice, place: Workplace): Promise<AccountClient> {
  if (stage !== LOCAL_STAGE) return place.services.openAccount(targetOf(choice));
  const { endpoint } = await requireRunning(place);
  return place.services.openAccount({ endpoint, region: "us-east-1" });
}

/** @returns each member of a setting that is JSON by its own name: `queue.RedrivePolicy.maxReceiveCount`. */
function flat(name: string, value: string): [string, string][] {
  const parsed = /^[[{]/.test(value) ? jsonIn(value) : undefined;
  if (typeof parsed !== "object" || parsed === null) return [[name, value]];
  return Object.entries(parsed).flatMap(([key, item]) =>
    flat(`${name}.${key}`, typeof item === "string" ? item : JSON.stringify(item)),
  );
}

/** @returns the value with what every stage calls otherwise replaced by what it is: `<queueUrl>`. */
function nameless(value: string, outputs: StageOutputs): string {
  const { app, stage } = outputs;
  return outputRows(outputs)
    .filter(([name, own]) => own !== "" && !["v", "app", "stage", "provider", "maxAttempts"].includes(name))
    .toSorted(([, a], [, b]) => b.length - a.length) // some are parts of others
    .reduce((text, [name, own]) => text.replaceAll(own, `<${name}>`), value)
    .replaceAll(`${app}-${stage}-`, `${app}-<stage>-`)
    .replaceAll(`/${app}/${stage}/`, `/${app}/<stage>/`)
    .replace(new RegExp(`^${stage}$`), "<stage>");
}

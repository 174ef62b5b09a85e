import { UsageError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { SecretsEvent, SecretsSummary } from "../../contract/operations/secrets.ts";
import { checkAppName } from "../app-name.ts";
import { enterSite, type Site } from "../deploy/enter.ts";
import { GENERATED } from "../deploy/secrets.ts";
import { deployedStageName } from "../deploy/stage-name.ts";
import type { Workplace } from "../services.ts";
import { requireProject } from "../stage.ts";
import type { StageChoice } from "../stage-choice.ts";
import { checkSecretName, refuseTakenName, secretValue } from "./value.ts";

type Action =
  | { action: "list" }
  | { action: "unset"; name: string }
  /** `value` is asked for once it is known that the stage can be reached. */
  | { action: "set"; name: string; value: () => Promise<string> }
  | { action: "set"; name: string; generate: true };

export type SecretsInput = Action & { choice: StageChoice };

/** The functions read them anew so often at the latest. */
const IN_USE = "the functions use it within five minutes; what is at work goes on with the old one";

/** Lists, writes and removes the secrets of a stage that is deployed, or will be. Values are never shown. */
export async function* secrets(input: SecretsInput, place: Workplace): AsyncGenerator<SecretsEvent> {
  if (input.action !== "list") checkSecretName(input.name);
  if (input.action === "set") refuseTakenName(input.name);
  if (input.action === "set" && "generate" in input) requireGenerated(input.name);
  const stage = deployedStageName(input.choice, place);
  const config = input.choice.app === undefined ? (await requireProject(place, stage)).config : undefined;
  const app = input.choice.app ?? config?.app ?? "";
  checkAppName(app);
  const site = yield* enterSite(input.choice, app, place);
  try {
    const summary = input.action === "list" ? yield* list(site) : await change(input, site, config?.worker.environment);
    yield {
      type: "summary",
      operation: "secrets",
      exitCode: EXIT.completed,
      action: input.action,
      app,
      stage,
      notes: [],
      ...summary,
    };
  } finally {
    await site.account.close();
  }
}

async function* list(site: Site): AsyncGenerator<SecretsEvent, Partial<SecretsSummary>> {
  const there = await site.account.secrets.list(site);
  for (const secret of there) yield { type: "secret", ...secret };
  const missing = Object.keys(GENERATED).filter((name) => !there.some((secret) => secret.name === name));
  for (const name of missing) yield { type: "secret", name, missing: true };
  const made = missing.length > 0 ? [`${missing.join(" and ")}: the next deployment makes what is missing`] : [];
  return { count: there.length, notes: made };
}

async function change(
  input: Exclude<SecretsInput, { action: "list" }>,
  site: Site,
  environment: Readonly<Record<string, string>> = {},
): Promise<Partial<SecretsSummary>> {
  const { name } = input;
  const { outputs, account } = site;
  if (input.action === "unset") {
    const was = await account.secrets.unset(site, name);
    const needed =
      outputs && Object.hasOwn(GENERATED, name) ? [`the stage cannot do without ${name}: set it again, or deploy`] : [];
    return { name, changed: was ? "removed" : "absent", notes: was ? needed : [] };
  }
  const value = "generate" in input ? (GENERATED[name]?.() ?? "") : secretValue(name, await input.value());
  const hidden = Object.hasOwn(environment, name)
    ? [
        `the functions do not use it: worker.environment sets ${name} too, and goes before; take it out there and deploy`,
      ]
    : [];
  const created = await account.secrets.set(site, name, value);
  return { name, changed: created ? "created" : "replaced", notes: hidden.length === 0 && outputs ? [IN_USE] : hidden };
}

/** @throws UsageError `SECRET_NOT_GENERATED`. */
function requireGenerated(name: string): void {
  if (Object.hasOwn(GENERATED, name)) return;
  throw new UsageError(`A value for ${name} cannot be made up.`, {
    code: "SECRET_NOT_GENERATED",
    where: "--generate",
    hint: `It is for ${Object.keys(GENERATED).join(" and ")}. Give ${name} on stdin, or type it when asked.`,
  });
}

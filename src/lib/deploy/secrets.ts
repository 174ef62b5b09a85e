import { randomBytes } from "node:crypto";
import { AbortError } from "../../contract/errors.ts";
import { STAGE_TOKEN, WEBHOOK_SECRET } from "../../contract/resources.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import { stageFlags } from "../stage-choice.ts";
import type { Site } from "./enter.ts";

/** Values that nobody has to choose: they are made with the stage. */
export const GENERATED: Record<string, () => string> = {
  [STAGE_TOKEN]: () => `stage_${randomBytes(24).toString("base64url")}`,
  [WEBHOOK_SECRET]: () => `whsec_${randomBytes(24).toString("base64")}`,
};

/** Of these one is enough to say which model answers, and that it needs no key. */
const CHOOSES_MODEL = ["MODEL_PROVIDER", "OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "BEDROCK_MODEL", "OLLAMA_BASE_URL"];

/**
 * Looks at the stage's secrets before anything is changed.
 * @returns those that are made with the deployment.
 * @throws AbortError `SECRET_MISSING` where no model could be called.
 */
export async function missingSecrets(
  site: Site,
  environment: Record<string, string>,
  place: Workplace,
): Promise<string[]> {
  const there = new Set((await site.account.secrets.list(site)).map(({ name }) => name));
  const generated = Object.keys(GENERATED);
  const hasKey = [...there].some((name) => !generated.includes(name));
  if (!hasKey && !CHOOSES_MODEL.some((name) => environment[name])) {
    const command = invocation(place.installation, place.cwd);
    throw new AbortError(`The stage ${site.stage} has no model to call: none of its secrets is a model's key.`, {
      code: "SECRET_MISSING",
      where: `/ai-pipeline/${site.app}/${site.stage}/secrets`,
      hint: [
        "Give it one, typed or from stdin:",
        `  ${command} secrets set OPENAI_API_KEY${stageFlags(site.choice)}`,
        `Or name a model that needs none under worker.environment (${CHOOSES_MODEL.join(", ")}).`,
      ],
    });
  }
  return generated.filter((name) => !there.has(name));
}

/** Makes the secrets that nobody has to choose. */
export async function makeSecrets(site: Site, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const make = Object.hasOwn(GENERATED, name) ? GENERATED[name] : undefined;
    if (make) await site.account.secrets.set(site, name, make());
  }
}

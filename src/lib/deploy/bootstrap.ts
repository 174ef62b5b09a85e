import { join } from "node:path";
import { EXIT } from "../../contract/exit.ts";
import type { BootstrapEvent } from "../../contract/operations/deploy.ts";
import { readTemplate, renderTemplate } from "../infrastructure/template.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage-choice.ts";
import { offer } from "./deploy.ts";
import { targetOf } from "./enter.ts";
import { artifactsOf } from "./prepare.ts";

/** Its stack is called `ai-pipeline-bootstrap`. */
const NAME = { app: "ai-pipeline", stage: "bootstrap" };

/**
 * Makes what is needed once an account and region: the bucket for code, templates and remote state, and the role by which
 * API Gateway writes access logs. Nothing has happened before it is asked for what comes after the plan.
 */
export async function* bootstrap(
  choice: Pick<StageChoice, "profile" | "region" | "endpointUrl">,
  place: Workplace,
): AsyncGenerator<BootstrapEvent> {
  const began = place.clock.now();
  const target = targetOf(choice);
  const account = await place.services.openAccount(target);
  try {
    const artifacts = await artifactsOf({ account });
    const { account: id, region } = artifacts;
    yield { type: "account", account: id, region, ...(account.endpoint ? { endpoint: account.endpoint } : {}) };
    const directory = join(place.installation.root, "infrastructure", "bootstrap");
    const template = await readTemplate(join(directory, "template.yaml"));
    const parameters = [{ ParameterKey: "BucketName", ParameterValue: artifacts.bucket }];
    const body = renderTemplate(template, { environment: {} });
    const input = {
      ...NAME,
      directory,
      file: template.file,
      template: { body, lines: template.lines, parameters, artifacts },
    };
    const driver = await place.services.openInfrastructure(input, "cloudformation", target);
    try {
      const made = yield* driver.plan("deploy", place.signal);
      yield* offer(made, driver, { own: true, place });
      if (made.changes.length > 0) yield* driver.apply(made, place.signal);
      yield {
        type: "summary",
        operation: "bootstrap",
        exitCode: EXIT.completed,
        ...artifacts,
        unchanged: made.changes.length === 0,
        elapsedMs: place.clock.now() - began,
      };
    } finally {
      await driver.close();
    }
  } finally {
    await account.close();
  }
}

import type { RemovedData } from "../../contract/account.ts";
import { counted } from "../../contract/counted.ts";
import { EXIT } from "../../contract/exit.ts";
import type { IacKind } from "../../contract/infrastructure.ts";
import type { DestroyEvent, Removed } from "../../contract/operations/deploy.ts";
import { resourceNames } from "../../contract/resources.ts";
import { requireInfrastructure } from "../infrastructure/find.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage-choice.ts";
import { enterProjectSite, whereabouts } from "./enter.ts";
import { writePlace } from "./places.ts";
import { planMade } from "./plan.ts";

export interface DestroyInput {
  choice: StageChoice;
  iac?: IacKind;
  /** Leaves the bucket, the task records and the secrets. */
  keepData: boolean;
}

async function* told(removals: AsyncIterable<RemovedData>): AsyncGenerator<Removed> {
  for await (const removed of removals) yield { type: "removed", ...removed };
}

/** Removes a stage. Nothing has happened before it is asked for what comes after the plan. */
export async function* destroy(input: DestroyInput, place: Workplace): AsyncGenerator<DestroyEvent> {
  const began = place.clock.now();
  const { project, site } = yield* enterProjectSite(input.choice, place);
  try {
    const { account, app, stage, outputs } = site;
    const infrastructure = await requireInfrastructure(project.dir, input.iac, place);
    const secrets = await account.secrets.list(site);
    if (outputs) yield { type: "holdings", ...(await account.held(outputs)), secrets: secrets.length };
    const { directory, file, kind } = infrastructure;
    const driver = await place.services.openInfrastructure(
      { app, stage, directory, file, site: await whereabouts(site), ...(input.keepData ? { keepData: true } : {}) },
      kind,
      site.target,
    );
    try {
      const made = yield* driver.plan("destroy", place.signal);
      const { account: id } = await account.identity();
      const names = resourceNames(app, stage, id);
      const data = { bucket: outputs?.bucket ?? names.bucket, tasksTable: outputs?.tasksTable ?? names.tasksTable };
      const kept = [`the bucket ${data.bucket}`, `the table ${data.tasksTable}`, counted(secrets.length, "secret")];
      const stays = new Set([data.bucket, data.tasksTable]);
      yield planMade(
        input.keepData
          ? {
              ...made,
              changes: made.changes.filter(({ name = "" }) => !stays.has(name)),
              notes: [...made.notes, `keeps ${kept.join(", ")}`],
            }
          : made,
      );
      const unchanged = made.changes.length === 0 && secrets.length === 0;
      // Terraform deletes the bucket itself, and cannot while anything is in it; where it outlives the stack, so do the objects.
      if (!input.keepData && kind === "terraform") yield* told(account.empty(data.bucket, place.signal));
      yield* driver.apply(made, place.signal);
      if (!input.keepData) {
        yield* told(account.empty(data.bucket, place.signal));
        yield* told(account.removeData(site, data));
      }
      await writePlace(project.dir, stage, undefined);
      yield {
        type: "summary",
        operation: "destroy",
        exitCode: EXIT.completed,
        kind,
        app,
        stage,
        unchanged,
        kept: input.keepData && !unchanged ? kept : [],
        elapsedMs: place.clock.now() - began,
      };
    } finally {
      await driver.close();
    }
  } finally {
    await site.account.close();
  }
}

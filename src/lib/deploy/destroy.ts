import type { Held, RemovedData } from "../../contract/account.ts";
import { counted } from "../../contract/counted.ts";
import { PipelineError, withMore } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type {
  IacKind,
  InfrastructureDriver,
  InfrastructurePlan,
  ResourceChange,
} from "../../contract/infrastructure.ts";
import type { DestroyEvent, Removed } from "../../contract/operations/deploy.ts";
import { resourceNames } from "../../contract/resources.ts";
import { requireInfrastructure } from "../infrastructure/find.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage-choice.ts";
import { offer } from "./deploy.ts";
import { enterProjectSite, type Site, whereabouts } from "./enter.ts";
import { writePlace } from "./places.ts";

export interface DestroyInput {
  choice: StageChoice;
  iac?: IacKind;
  /** Leaves the bucket, the task records and the secrets. */
  keepData: boolean;
}

/** Names of what holds a stage's data. */
interface Data {
  bucket: string;
  tasksTable: string;
}

/** Removes a stage. Nothing has happened before it is asked for what comes after the plan. */
export async function* destroy(input: DestroyInput, place: Workplace): AsyncGenerator<DestroyEvent> {
  const began = place.clock.now();
  const { project, site } = yield* enterProjectSite(input.choice, place);
  try {
    const { account, app, stage, outputs } = site;
    const { directory, file, kind } = await requireInfrastructure(project.dir, input.iac, place);
    const secrets = (await account.secrets.list(site)).length;
    const names = resourceNames(app, stage, (await account.identity()).account);
    const data = { bucket: outputs?.bucket ?? names.bucket, tasksTable: outputs?.tasksTable ?? names.tasksTable };
    const held = await account.held({ ...queuesOf(site), ...data });
    // What an earlier removal kept is there without a stage.
    const left = [...(held.bucket ? [data.bucket] : []), ...(held.table ? [data.tasksTable] : [])];
    if (outputs || left.length > 0) yield { type: "holdings", ...held, secrets };
    const driver = await place.services.openInfrastructure(
      { app, stage, directory, file, site: await whereabouts(site), ...(input.keepData ? { keep: left } : {}) },
      kind,
      site.target,
    );
    try {
      const made = yield* driver.plan("destroy", place.signal);
      const kept = [
        ...left.map((name) => `${name === data.bucket ? "the bucket" : "the table"} ${name}`),
        counted(secrets, "secret"),
      ];
      const shown = input.keepData ? withoutData(made, left, kept) : withData(made, data, held, secrets);
      const asked = yield* offer(shown, driver, { own: true, place });
      const unchanged = input.keepData ? made.changes.length === 0 : shown.changes.length === 0 && secrets === 0;
      if (made.changes.length > 0) await driver.verify(made, "destroy", place.signal);
      yield* remove({ made, driver, site, place, ...(input.keepData ? {} : { data }) });
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
        elapsedMs: place.clock.now() - began - asked,
      };
    } finally {
      await driver.close();
    }
  } finally {
    await site.account.close();
  }
}

function queuesOf({ outputs }: Site) {
  return outputs ? { queueUrl: outputs.queueUrl, deadLetterQueueUrl: outputs.deadLetterQueueUrl } : {};
}

function withoutData(made: InfrastructurePlan, left: readonly string[], kept: readonly string[]): InfrastructurePlan {
  return {
    ...made,
    changes: made.changes.filter(({ name = "" }) => !left.includes(name)),
    notes: [...made.notes, `keeps ${kept.join(", ")}`],
  };
}

/** @returns the plan with what goes beside the infrastructure: what was kept of it before, and the secrets. */
function withData(
  made: InfrastructurePlan,
  { bucket, tasksTable }: Data,
  held: Held,
  secrets: number,
): InfrastructurePlan {
  const gone = (there: boolean, address: string, kind: string, loses: string): ResourceChange[] =>
    there && !made.changes.some(({ name }) => name === address)
      ? [{ address, kind, action: "delete", attributes: [], loses }]
      : [];
  return {
    ...made,
    changes: [
      ...made.changes,
      ...gone(held.bucket, bucket, "bucket", "all its objects"),
      ...gone(held.table, tasksTable, "table", "all its items"),
    ],
    notes: [...made.notes, ...(secrets > 0 ? [`removes ${counted(secrets, "secret")}`] : [])],
  };
}

interface Removal {
  made: InfrastructurePlan;
  driver: InfrastructureDriver;
  site: Site;
  place: Workplace;
  /** What goes too; absent: it is kept. */
  data?: Data;
}

async function* remove({ made, driver, site, place, data }: Removal): AsyncGenerator<DestroyEvent> {
  const { account } = site;
  let emptied = 0;
  // Terraform deletes the bucket itself, and cannot while anything is in it; where it outlives the stack, so do the objects.
  if (data && driver.kind === "terraform") emptied = yield* told(account.empty(data.bucket, place.signal));
  try {
    yield* driver.apply(made, place.signal);
  } catch (error) {
    throw emptied > 0 ? afterEmptying(error, emptied) : error;
  }
  if (!data) return;
  yield* told(account.empty(data.bucket, place.signal));
  yield* told(account.removeData(site, data));
}

async function* told(removals: AsyncIterable<RemovedData>): AsyncGenerator<Removed, number> {
  let sum = 0;
  for await (const removed of removals) {
    sum += removed.count;
    yield { type: "removed", ...removed };
  }
  return sum;
}

/** What cannot be taken back is said. */
function afterEmptying(error: unknown, count: number): unknown {
  if (!(error instanceof PipelineError)) return error;
  return withMore(error, [`Of the bucket, ${counted(count, "object was", "objects were")} removed before.`]);
}

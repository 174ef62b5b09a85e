import type { LocalContext } from "../context.ts";
import type { JsonAction } from "../wire/json.ts";
import { batchGetItem, batchWriteItem } from "./batch.ts";
import { query } from "./query.ts";
import { getItem } from "./read.ts";
import { scan } from "./scan.ts";
import type { Storage } from "./storage.ts";
import {
  describeContinuousBackups,
  describeTimeToLive,
  updateContinuousBackups,
  updateTimeToLive,
} from "./table-settings.ts";
import {
  createTable,
  deleteTable,
  describeTable,
  listTables,
  listTagsOfResource,
  tagResource,
  untagResource,
} from "./tables.ts";
import { transactGetItems, transactWriteItems } from "./transact.ts";
import { updateTable } from "./update-table.ts";
import { prepareDelete, preparePut, prepareUpdate } from "./write.ts";

/** Every action that is offered; all are synchronous, so that each is atomic. */
export function createActions(ctx: LocalContext, storage: Storage): Readonly<Record<string, JsonAction>> {
  const on =
    (action: (storage: Storage, input: Record<string, unknown>) => unknown): JsonAction =>
    (input) =>
      action(storage, input) ?? {};
  return {
    PutItem: (input) => preparePut(storage, input).run(),
    UpdateItem: (input) => prepareUpdate(storage, input).run(),
    DeleteItem: (input) => prepareDelete(storage, input).run(),
    GetItem: on(getItem),
    Query: on(query),
    Scan: on(scan),
    BatchGetItem: on(batchGetItem),
    BatchWriteItem: on(batchWriteItem),
    TransactGetItems: on(transactGetItems),
    TransactWriteItems: (input) => transactWriteItems(storage, input, ctx.clock.now()),
    CreateTable: (input) =>
      createTable(storage, input, { region: ctx.region, accountId: ctx.accountId, nowMs: ctx.clock.now() }),
    UpdateTable: (input) => updateTable(storage, input, ctx.clock.now()),
    DescribeTable: on(describeTable),
    DeleteTable: on(deleteTable),
    ListTables: on(listTables),
    TagResource: on(tagResource),
    UntagResource: on(untagResource),
    ListTagsOfResource: on(listTagsOfResource),
    UpdateTimeToLive: on(updateTimeToLive),
    DescribeTimeToLive: on(describeTimeToLive),
    UpdateContinuousBackups: on(updateContinuousBackups),
    DescribeContinuousBackups: on(describeContinuousBackups),
    DescribeEndpoints: () => ({ Endpoints: [{ Address: new URL(ctx.endpoint()).host, CachePeriodInMinutes: 1440 }] }),
  };
}

import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
  type QueryCommandOutput,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { clientOptions } from "./options.ts";
import { marshal, marshalItem, unmarshalItem, type Item } from "./marshal.ts";

export interface Key {
  pk: string;
  sk: string;
}

/** A condition in DynamoDB's language; `#name` and `:value` are looked up in `names` and `values`. */
export interface Condition {
  expression: string;
  names?: Record<string, string>;
  values?: Item;
}

export type Write =
  | { put: { table: string; item: Item; condition?: Condition } }
  | { update: { table: string; key: Key; set: Item; remove?: string[]; condition?: Condition } };

export interface Range {
  table: string;
  /** Without it the table itself, read consistently. */
  index?: { name: string; pk: string; sk: string };
  pk: string;
  /** Sort keys that begin so; or beyond, or before this one (exclusive). */
  prefix?: string;
  after?: string;
  before?: string;
  newestFirst?: boolean;
  /** Attributes to read; default all. */
  only?: string[];
  /** Items per request. */
  pageSize?: number;
}

/** A condition did not hold. `current` is the item as it lies in the table, where the service told. */
export class ConflictError extends Error {
  readonly current: Item | undefined;
  constructor(current: Item | undefined) {
    super("The item was changed by another writer.");
    this.name = "ConflictError";
    this.current = current;
  }
}

export type Dynamo = ReturnType<typeof createDynamo>;

/** DynamoDB in plain values. Reads of tables are strongly consistent. */
export function createDynamo(
  client: DynamoDBClient = new DynamoDBClient(clientOptions({ request: 5_000, attempts: 4 })),
) {
  async function get(table: string, key: Key): Promise<Item | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: marshalItem({ ...key }), ConsistentRead: true }),
    );
    return Item && unmarshalItem(Item);
  }

  /** @throws ConflictError when the condition does not hold. */
  async function put(table: string, item: Item, condition?: Condition): Promise<void> {
    await guarded(
      client.send(new PutItemCommand({ TableName: table, Item: marshalItem(item), ...conditionInput(condition) })),
    );
  }

  /** Sets and removes top-level attributes. @throws ConflictError when the condition does not hold. */
  async function update(
    table: string,
    key: Key,
    set: Item,
    removed: string[] = [],
    condition?: Condition,
  ): Promise<void> {
    await guarded(client.send(new UpdateItemCommand(updateInput(table, key, set, removed, condition))));
  }

  async function remove(table: string, key: Key): Promise<void> {
    await client.send(new DeleteItemCommand({ TableName: table, Key: marshalItem({ ...key }) }));
  }

  /** Deletes any number of items, 25 a request. */
  async function removeAll(table: string, keys: Key[]): Promise<void> {
    for (let at = 0; at < keys.length; at += 25) {
      let pending = keys.slice(at, at + 25).map((key) => ({ DeleteRequest: { Key: marshalItem({ ...key }) } }));
      for (let round = 0; pending.length > 0 && round < 8; round++) {
        const { UnprocessedItems } = await client.send(
          new BatchWriteItemCommand({ RequestItems: { [table]: pending } }),
        );
        pending = (UnprocessedItems?.[table] ?? []).flatMap(({ DeleteRequest }) =>
          DeleteRequest?.Key ? [{ DeleteRequest: { Key: DeleteRequest.Key } }] : [],
        );
      }
      if (pending.length > 0)
        throw new Error(`DynamoDB left ${pending.length} items of ${table} undeleted; try again later.`);
    }
  }

  /** All or nothing. @throws ConflictError when a condition does not hold or another transaction is in the way. */
  async function transact(writes: Write[], token?: string): Promise<void> {
    const TransactItems: TransactWriteItem[] = writes.map((write) =>
      "put" in write
        ? {
            Put: {
              TableName: write.put.table,
              Item: marshalItem(write.put.item),
              ...conditionInput(write.put.condition),
            },
          }
        : {
            Update: updateInput(
              write.update.table,
              write.update.key,
              write.update.set,
              write.update.remove ?? [],
              write.update.condition,
            ),
          },
    );
    await guarded(
      client.send(new TransactWriteItemsCommand({ TransactItems, ...(token ? { ClientRequestToken: token } : {}) })),
    );
  }

  /** Items of one partition in key order, page after page. */
  async function* query(range: Range): AsyncGenerator<Item> {
    const [pk, sk] = range.index ? [range.index.pk, range.index.sk] : ["pk", "sk"];
    const sort =
      range.prefix !== undefined
        ? "begins_with(#sk, :sk)"
        : range.after !== undefined
          ? "#sk > :sk"
          : range.before !== undefined
            ? "#sk < :sk"
            : "";
    const bound = range.prefix ?? range.after ?? range.before;
    const only = range.only?.map((name, index) => [`#o${index}`, name] as const);
    let start: Record<string, AttributeValue> | undefined;
    const page = (): Promise<QueryCommandOutput> =>
      client.send(
        new QueryCommand({
          TableName: range.table,
          ...(range.index ? { IndexName: range.index.name } : { ConsistentRead: true }),
          KeyConditionExpression: sort ? `#pk = :pk AND ${sort}` : "#pk = :pk",
          ExpressionAttributeNames: {
            "#pk": pk,
            ...(sort ? { "#sk": sk } : {}),
            ...(only ? Object.fromEntries(only) : {}),
          },
          ExpressionAttributeValues: marshalItem({ ":pk": range.pk, ...(sort ? { ":sk": bound } : {}) }),
          ...(only ? { ProjectionExpression: only.map(([alias]) => alias).join(", ") } : {}),
          ScanIndexForward: !range.newestFirst,
          ...(range.pageSize ? { Limit: range.pageSize } : {}),
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
    do {
      const { Items, LastEvaluatedKey } = await page();
      for (const item of Items ?? []) yield unmarshalItem(item);
      start = LastEvaluatedKey;
    } while (start);
  }

  return { get, put, update, remove, removeAll, transact, query, close: () => client.destroy() };
}

function conditionInput(condition: Condition | undefined) {
  if (!condition) return {};
  return {
    ConditionExpression: condition.expression,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    ...(condition.names ? { ExpressionAttributeNames: condition.names } : {}),
    ...(condition.values ? { ExpressionAttributeValues: marshalItem(condition.values) } : {}),
  };
}

function updateInput(table: string, key: Key, set: Item, remove: string[], condition: Condition | undefined) {
  const entries = Object.entries(set).filter(([, value]) => value !== undefined);
  const names: Record<string, string> = Object.fromEntries<string>([
    ...entries.map(([name], i): [string, string] => [`#s${i}`, name]),
    ...remove.map((name, i): [string, string] => [`#r${i}`, name]),
  ]);
  const values = Object.fromEntries(entries.map(([, value], i) => [`:s${i}`, marshal(value)]));
  const setPart = entries.length > 0 ? `SET ${entries.map((_, i) => `#s${i} = :s${i}`).join(", ")}` : "";
  const removePart = remove.length > 0 ? `REMOVE ${remove.map((_, i) => `#r${i}`).join(", ")}` : "";
  const allNames = { ...names, ...condition?.names };
  const allValues = { ...values, ...marshalItem(condition?.values ?? {}) };
  return {
    TableName: table,
    Key: marshalItem({ ...key }),
    ...conditionInput(condition),
    UpdateExpression: [setPart, removePart].filter(Boolean).join(" "),
    ...(Object.keys(allNames).length > 0 ? { ExpressionAttributeNames: allNames } : {}),
    ...(Object.keys(allValues).length > 0 ? { ExpressionAttributeValues: allValues } : {}),
  };
}

/** Turns the two ways in which DynamoDB says "not any more" into one. */
async function guarded<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException)
      throw new ConflictError(error.Item && unmarshalItem(error.Item));
    if (error instanceof TransactionCanceledException) {
      const reasons = error.CancellationReasons ?? [];
      if (reasons.some(({ Code }) => Code === "ConditionalCheckFailed" || Code === "TransactionConflict")) {
        const first = reasons[0];
        throw new ConflictError(first?.Item && unmarshalItem(first.Item));
      }
    }
    throw error;
  }
}

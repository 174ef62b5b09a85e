/*
 * The parts of dynalite that are used: its parsers, validations, error messages and update expressions. Its store and
 * server are not (see storage.ts).
 */

declare module "dynalite/db/index.js" {
  type Item = import("./types.ts").Item;
  type TableDefinition = import("./types.ts").TableDefinition;
  type KeyElement = import("./types.ts").KeyElement;
  type Path = import("./types.ts").Path;
  /** An Error with `statusCode` and the wire's `body`. */
  type Refusal = Error;

  export function validateItem(item: Item, table: TableDefinition): Refusal | null | undefined;
  export function validateKey(key: Item, table: TableDefinition): Refusal | null | undefined;
  export function validateKeyPiece(
    key: Item,
    attribute: string,
    type: string,
    isHash: boolean,
  ): Refusal | null | undefined;
  export function validateKeyPaths(
    nestedPaths: Record<string, boolean> | undefined,
    table: TableDefinition,
  ): Refusal | null | undefined;
  export function validateUpdates(
    attributeUpdates: object | undefined,
    updates: object | undefined,
    table: TableDefinition,
  ): Refusal | null | undefined;
  export function checkConditional(data: object, item: Item | undefined): Refusal | null | undefined;
  export function matchesFilter(item: Item, filter: object, conditionalOperator: string | undefined): boolean;
  export function compare(operator: string, value: unknown, operands: unknown): boolean;
  export function createKey(item: Item, table: TableDefinition, keySchema?: KeyElement[]): string;
  export function hashPrefix(value: string, type: string): string;
  export function toRangeStr(value: string, type: string): string;
  export function toLexiStr(value: string, type: string): string;
  export function mapPath(path: Path, item: Item): import("./types.ts").AttributeValue | null | undefined;
  export function mapPaths(paths: (Path | string)[], item: Item): Item;
  export function addConsumedCapacity(
    data: { TableName: string; ReturnConsumedCapacity?: string; ConsistentRead?: boolean },
    isRead: boolean,
    newItem?: Item,
    oldItem?: Item,
  ): import("./types.ts").ConsumedCapacity | undefined;
  export function validationError(message: string): Refusal;
}

declare module "dynalite/validations/index.js" {
  /** Validates the wire types and drops what the shape does not know. */
  export function checkTypes<T>(data: Record<string, unknown>, types: import("./request.ts").Types<T>): T;
  export function checkValidations<T>(
    data: T,
    types: import("./request.ts").Types<T>,
    custom: import("./request.ts").Custom<T> | undefined,
    store: object,
  ): void;
  export function validateAttributeValue(value: import("./types.ts").AttributeValue): string | undefined;
}

declare module "dynalite/actions/updateItem.js" {
  export default function updateItem(
    store: import("./update.ts").UpdateStore,
    data: import("./types.ts").UpdateItemInput,
    callback: (error: Error | null, result?: { Attributes?: import("./types.ts").Item }) => void,
  ): void;
}

declare module "dynalite/validations/putItem.js" {
  export const types: import("./request.ts").Types<import("./types.ts").PutItemInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").PutItemInput>;
}
declare module "dynalite/validations/deleteItem.js" {
  export const types: import("./request.ts").Types<import("./types.ts").DeleteItemInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").DeleteItemInput>;
}
declare module "dynalite/validations/updateItem.js" {
  export const types: import("./request.ts").Types<import("./types.ts").UpdateItemInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").UpdateItemInput>;
}
declare module "dynalite/validations/getItem.js" {
  export const types: import("./request.ts").Types<import("./types.ts").GetItemInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").GetItemInput>;
}
declare module "dynalite/validations/query.js" {
  export const types: import("./request.ts").Types<import("./types.ts").QueryInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").QueryInput>;
}
declare module "dynalite/validations/scan.js" {
  export const types: import("./request.ts").Types<import("./types.ts").ScanInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").ScanInput>;
}
declare module "dynalite/validations/batchGetItem.js" {
  export const types: import("./request.ts").Types<import("./types.ts").BatchGetItemInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").BatchGetItemInput>;
}
declare module "dynalite/validations/batchWriteItem.js" {
  export const types: import("./request.ts").Types<import("./types.ts").BatchWriteItemInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").BatchWriteItemInput>;
}
declare module "dynalite/validations/createTable.js" {
  export const types: import("./request.ts").Types<import("./types.ts").CreateTableInput>;
  export const custom: import("./request.ts").Custom<import("./types.ts").CreateTableInput>;
}

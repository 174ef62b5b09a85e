/** One attribute's value as the wire has it: exactly one member is set. Numbers are decimal strings, binary is base64. */
export interface AttributeValue {
  S?: string;
  N?: string;
  B?: string;
  BOOL?: boolean;
  NULL?: boolean;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: AttributeValue[];
  M?: Item;
}

export type Item = Record<string, AttributeValue>;

export interface KeyElement {
  AttributeName: string;
  KeyType: "HASH" | "RANGE";
}

export interface IndexDefinition {
  IndexName: string;
  KeySchema: KeyElement[];
  Projection: { ProjectionType?: string; NonKeyAttributes?: string[] };
}

/** What DescribeTable shows, less what is counted when it is asked. */
export interface TableDefinition {
  TableName: string;
  AttributeDefinitions: { AttributeName: string; AttributeType: "S" | "N" | "B" }[];
  KeySchema: KeyElement[];
  GlobalSecondaryIndexes?: IndexDefinition[];
  LocalSecondaryIndexes?: IndexDefinition[];
  ProvisionedThroughput?: object;
  BillingModeSummary?: object;
  TableArn: string;
  TableId: string;
  CreationDateTime: number;
  TableStatus: string;
}

/** What a table has beside its definition. */
export interface TableSettings {
  ttlAttribute?: string;
  pointInTimeRecovery?: boolean;
  tags?: Record<string, string>;
  deletionProtection?: boolean;
  tableClass?: string;
  /** ARN of the KMS key; empty for AWS's own. Told, and nothing is encrypted with it. */
  kmsKey?: string;
  /** Told, and not enforced. */
  onDemand?: Record<string, number>;
}

/** A path into an item: names and list positions. */
export type Path = (string | number)[];
export type Operand = Path | AttributeValue | { type: "function"; name: "size"; args: Operand[] };

/** A parsed condition, as dynalite's parser gives it. */
export type Condition =
  | { type: "and" | "or"; args: [Condition, Condition] }
  | { type: "not"; args: [Condition] }
  | { type: "function"; name: string; args: Operand[] }
  | { type: "=" | "<>" | "<" | "<=" | ">" | ">=" | "in" | "between"; args: Operand[] };

export interface ParsedCondition {
  expression: Condition;
  nestedPaths: Record<string, boolean>;
  pathHeads: Record<string, boolean>;
}

export interface ParsedProjection {
  paths: Path[];
  nestedPaths: Record<string, boolean>;
}

export interface ParsedUpdate {
  sections: { type: "set" | "remove" | "add" | "delete"; path: Path }[];
  paths: Path[];
}

interface OnTable {
  TableName: string;
  ReturnConsumedCapacity?: string;
}

interface Conditional {
  ReturnValues?: string;
  ReturnValuesOnConditionCheckFailure?: string;
  ConditionalOperator?: string;
  Expected?: Record<string, unknown>;
  _condition?: ParsedCondition;
}

export interface PutItemInput extends OnTable, Conditional {
  Item: Item;
}
export interface DeleteItemInput extends OnTable, Conditional {
  Key: Item;
}
export interface UpdateItemInput extends OnTable, Conditional {
  Key: Item;
  AttributeUpdates?: Record<string, unknown>;
  _updates?: ParsedUpdate;
}

interface Projecting {
  AttributesToGet?: string[];
  ConsistentRead?: boolean;
  _projection?: ParsedProjection;
}

export interface GetItemInput extends OnTable, Projecting {
  Key: Item;
}

/** What Query and Scan have in common. */
export interface ReadInput extends OnTable, Projecting {
  IndexName?: string;
  Select?: string;
  Limit?: number;
  ExclusiveStartKey?: Item;
  ConditionalOperator?: string;
  _filter?: ParsedCondition;
}

export interface KeyCondition {
  ComparisonOperator: string;
  AttributeValueList: AttributeValue[];
}

export interface QueryInput extends ReadInput {
  ScanIndexForward?: boolean;
  KeyConditions: Record<string, KeyCondition>;
  QueryFilter?: Record<string, unknown>;
}

export interface ScanInput extends ReadInput {
  ScanFilter?: Record<string, unknown>;
  Segment?: number;
  TotalSegments?: number;
}

export interface BatchGetItemInput {
  RequestItems: Record<string, Projecting & { Keys: Item[] }>;
  ReturnConsumedCapacity?: string;
}

export interface BatchWriteItemInput {
  RequestItems: Record<string, { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]>;
  ReturnConsumedCapacity?: string;
}

export type CreateTableInput = Pick<
  TableDefinition,
  "TableName" | "AttributeDefinitions" | "KeySchema" | "GlobalSecondaryIndexes" | "LocalSecondaryIndexes"
> & {
  BillingMode?: string;
  ProvisionedThroughput?: { ReadCapacityUnits: number; WriteCapacityUnits: number };
};

export interface ConsumedCapacity {
  CapacityUnits: number;
  TableName: string;
  Table?: { CapacityUnits: number };
}

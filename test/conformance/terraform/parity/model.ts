/** A stage as one kind of infrastructure as code makes it, in words that both kinds share. Ids of APIs are `http-api` and `socket-api`. */
export interface StageModel {
  queues: Record<string, QueueModel>;
  functions: Record<string, FunctionModel>;
  mapping: MappingModel;
  /** `sid: action resource`, by the function whose role it is. */
  permissions: Record<string, string[]>;
  /** Who may call which function: `function principal source`. */
  invokers: string[];
  tables: Record<string, TableModel>;
  bucket: BucketModel;
  http: ApiModel;
  socket: ApiModel;
  /** Days, by log group. */
  logs: Record<string, unknown>;
  alarms: Record<string, Record<string, unknown>>;
  dashboards: Record<string, unknown>;
  schedule: { expression: unknown; target: unknown };
  /** The outputs index. */
  outputs: Record<string, unknown>;
}

export interface QueueModel {
  visibilityTimeout: unknown;
  retention: unknown;
  encrypted: unknown;
  redrive: unknown;
  allow: unknown;
  policy: unknown;
}

export interface FunctionModel {
  runtime: unknown;
  architectures: unknown;
  handler: unknown;
  timeout: unknown;
  memory: unknown;
  /** -1: none. */
  reserved: unknown;
  environment: Record<string, unknown>;
  logFormat: unknown;
  logGroup: unknown;
}

export interface MappingModel {
  queue: unknown;
  function: unknown;
  batchSize: unknown;
  batchWindow: unknown;
  maxConcurrency: unknown;
  failures: unknown;
  enabled: unknown;
}

export interface TableModel {
  billing: unknown;
  keys: unknown;
  attributes: unknown;
  indexes: unknown;
  ttl: unknown;
  recovery: unknown;
}

export interface BucketModel {
  name: unknown;
  encryption: unknown;
  publicAccess: unknown;
  ownership: unknown;
  expirationDays: unknown;
  abortDays: unknown;
  policy: unknown;
  cors: unknown;
}

export interface ApiModel {
  name: unknown;
  cors: unknown;
  /** Whether it is authorized, by route. */
  routes: Record<string, unknown>;
  authorizer: Record<string, unknown>;
  stage: unknown;
  throttle: unknown;
  accessLog: unknown;
  accessLogGroup: unknown;
  domain: unknown;
}

export type Fields = Record<string, unknown>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

/** @returns a member some levels down; lists by index. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => fieldsOf(inner)[String(key)], value);
}

/** @returns a text or number as text; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export const textAt = (value: unknown, ...path: (string | number)[]) => textOf(at(value, ...path));

/** @returns policies' statements as single permissions, each with its statement's name, sorted. */
export function permissionsOf(policies: readonly unknown[]): string[] {
  const all = policies.flatMap((policy) =>
    listOf(at(policy, "Statement")).flatMap((statement) =>
      listOf(at(statement, "Action")).flatMap((action) =>
        listOf(at(statement, "Resource")).map((resource) =>
          [`${textAt(statement, "Sid")}:`, textOf(action), textOf(resource)].join(" "),
        ),
      ),
    ),
  );
  return [...new Set(all)].toSorted();
}

/** @returns a policy as what it forbids or allows, whatever the order and the names of its statements. */
export function policyOf(policy: unknown): unknown {
  return listOf(at(policy, "Statement")).map((statement) => ({
    effect: at(statement, "Effect"),
    principal: at(statement, "Principal"),
    actions: listOf(at(statement, "Action")),
    condition: at(statement, "Condition"),
  }));
}

/** `["...", {stat}]` and `"."` stand for what the metric before had. */
export function dashboardOf(body: unknown): unknown {
  return listOf(at(body, "widgets")).map((widget) => {
    let before: unknown[] = [];
    const metrics = listOf(at(widget, "properties", "metrics")).map((metric) => {
      const parts = listOf(metric);
      const options = parts.filter((part) => typeof part === "object");
      const names = parts.filter((part) => typeof part === "string");
      const full = names[0] === "..." ? before : names.map((name, index) => (name === "." ? before[index] : name));
      before = full;
      return [...full, ...options];
    });
    return { ...fieldsOf(widget), properties: { ...fieldsOf(at(widget, "properties")), metrics } };
  });
}

/** @returns a list that is a set, in an order of its own. */
export const setOf = (value: unknown) => listOf(value).map(textOf).toSorted();

/** @returns who may call, without the ids that only a deployment gives. */
export const invokerOf = (name: unknown, principal: unknown, source: unknown) =>
  [nameOfArn(name), principal, source]
    .map(textOf)
    .join(" ")
    .replace(/\/authorizers\/\w+$/, "/authorizers/its-own");

export const nameOfArn = (arn: unknown) => textOf(arn).split(/[:/]/).at(-1);

export const sortedBy = <T>(items: readonly T[], key: (item: T) => string) =>
  items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));

export function mapValues<T, R>(items: Record<string, T>, map: (item: T, name: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(items).map(([name, item]) => [name, map(item, name)]));
}

/** @throws Error when there is none, or a second one. */
export function onlyOne<T>(items: readonly T[], type: string): T {
  const [found, ...more] = items;
  if (!found || more.length > 0) throw new Error(`There is not one ${type}.`);
  return found;
}

import { AwsError, type LocalContext } from "../context.ts";
import { constraint, type Input } from "./input.ts";
import { parameterArn, parseReference } from "./names.ts";
import { page } from "./page.ts";
import type { ParameterStore } from "./store.ts";
import type { StoredParameter } from "./types.ts";

interface Parts {
  ctx: LocalContext;
  store: ParameterStore;
}

/** A parameter as `GetParameter` shows it; a SecureString without decryption is opaque. */
function view({ ctx }: Parts, p: StoredParameter, decrypt: boolean, selector?: string) {
  return {
    Name: p.name,
    Type: p.type,
    Value: decrypt ? p.value : p.masked,
    Version: p.version,
    ...(selector ? { Selector: selector } : {}),
    LastModifiedDate: p.modifiedAt / 1000,
    ARN: parameterArn(ctx, p.name),
    DataType: p.dataType,
  };
}

export function getParameter(input: Input, parts: Parts) {
  const reference = parseReference(input.text("Name"));
  const found = parts.store.get(reference.name, reference.version);
  if (!found) {
    if (reference.version === undefined || !parts.store.get(reference.name))
      throw new AwsError("ParameterNotFound", "");
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${reference.version} of ${reference.name}.`,
    );
  }
  return { Parameter: view(parts, found, input.flag("WithDecryption"), reference.selector) };
}

export function getParameters(input: Input, parts: Parts) {
  const names = input.texts("Names");
  checkNames(names);
  const decrypt = input.flag("WithDecryption");
  const parameters: unknown[] = [];
  const invalid: string[] = [];
  for (const name of new Set(names)) {
    const reference = parseReference(name);
    const found = parts.store.get(reference.name, reference.version);
    if (found) parameters.push(view(parts, found, decrypt, reference.selector));
    else invalid.push(name);
  }
  return { Parameters: parameters, InvalidParameters: invalid };
}

export function checkNames(names: readonly string[]): void {
  if (names.length < 1) throw constraint("Names", "[]", "Member must have length greater than or equal to 1");
  if (names.length > 10)
    throw constraint("Names", `[${names.join(", ")}]`, "Member must have length less than or equal to 10");
}

export function getParametersByPath(input: Input, parts: Parts) {
  const path = input.text("Path");
  if (!path.startsWith("/")) {
    throw new AwsError(
      "ValidationException",
      `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/".`,
    );
  }
  const recursive = input.flag("Recursive");
  const decrypt = input.flag("WithDecryption");
  const filters = input.objects("ParameterFilters").map((filter) => readFilter(filter, ["Type", "KeyId"]));
  const found = parts.store
    .list()
    .filter((p) => isUnder(p.name, path, recursive))
    .filter((p) => filters.every((filter) => filter(p)));
  const { items, token } = page(found, input, { max: 10, fallback: 10 });
  return { Parameters: items.map((p) => view(parts, p, decrypt)), ...token };
}

/** A name without levels lies at the root. */
function isUnder(name: string, path: string, recursive: boolean): boolean {
  const whole = name.startsWith("/") ? name : `/${name}`;
  const prefix = path.endsWith("/") ? path : `${path}/`;
  return whole.startsWith(prefix) && (recursive || !whole.slice(prefix.length).includes("/"));
}

export function getParameterHistory(input: Input, parts: Parts) {
  const { name } = parseReference(input.text("Name"));
  const versions = parts.store.history(name);
  if (versions.length === 0) throw new AwsError("ParameterNotFound", "");
  const decrypt = input.flag("WithDecryption");
  const { items, token } = page(versions, input, { max: 50, fallback: 50 });
  return {
    Parameters: items.map((p) => ({ ...metadata(p, parts.ctx), Value: decrypt ? p.value : p.masked, Labels: [] })),
    ...token,
  };
}

export function describeParameters(input: Input, parts: Parts) {
  const filters = [
    ...input.objects("ParameterFilters").map((filter) => readFilter(filter, FILTER_KEYS)),
    ...input.objects("Filters").map(readLegacyFilter),
  ];
  const found = parts.store.list().filter((p) => filters.every((filter) => filter(p)));
  const { items, token } = page(found, input, { max: 50, fallback: 50 });
  return {
    Parameters: items.map((p) => ({ ...metadata(p, parts.ctx), ARN: parameterArn(parts.ctx, p.name) })),
    ...token,
  };
}

function metadata(p: StoredParameter, ctx: LocalContext) {
  return {
    Name: p.name,
    Type: p.type,
    ...(p.keyId ? { KeyId: p.keyId } : {}),
    LastModifiedDate: p.modifiedAt / 1000,
    LastModifiedUser: `arn:aws:iam::${ctx.accountId}:user/local`,
    ...(p.description ? { Description: p.description } : {}),
    ...(p.allowedPattern ? { AllowedPattern: p.allowedPattern } : {}),
    Version: p.version,
    Tier: p.tier,
    Policies: [],
    DataType: p.dataType,
  };
}

type Filter = (p: StoredParameter) => boolean;

const FILTER_KEYS = ["Name", "Type", "KeyId", "Path", "Tier", "DataType"];

function field(p: StoredParameter, key: string): string {
  return { Name: p.name, Type: p.type, KeyId: p.keyId, Tier: p.tier, DataType: p.dataType }[key] ?? "";
}

function readFilter(filter: Input, keys: readonly string[]): Filter {
  const key = filter.text("Key");
  const values = filter.texts("Values");
  if (!keys.includes(key)) throw new AwsError("InvalidFilterKey", `The filter key ${key} is not offered here.`);
  if (key === "Path") {
    const option = filter.optionalText("Option") ?? "OneLevel";
    if (option !== "OneLevel" && option !== "Recursive")
      throw new AwsError("InvalidFilterOption", `The filter option ${option} is not valid.`);
    return (p) => values.some((path) => isUnder(p.name, path, option === "Recursive"));
  }
  const option = filter.optionalText("Option") ?? "Equals";
  if (option === "Equals") return (p) => values.includes(field(p, key));
  if (option === "BeginsWith") return (p) => values.some((value) => field(p, key).startsWith(value));
  if (option === "Contains" && key === "Name") return (p) => values.some((value) => p.name.includes(value));
  throw new AwsError("InvalidFilterOption", `The filter option ${option} is not valid.`);
}

/** The older `Filters`: names begin with a value, all else is equal to one. */
function readLegacyFilter(filter: Input): Filter {
  const key = filter.text("Key");
  const values = filter.texts("Values");
  if (key === "Name") return (p) => values.some((value) => p.name.startsWith(value));
  if (key === "Type" || key === "KeyId") return (p) => values.includes(field(p, key));
  throw new AwsError("InvalidFilterKey", `The filter key ${key} is not valid.`);
}

import { mapPath } from "dynalite/db/index.js";
import type { AttributeValue, Condition, Item, Operand } from "./types.ts";
import { compareValues, sameValue, typeOf } from "./values.ts";

/**
 * Evaluates a parsed condition or filter. A missing attribute makes every comparison false but `<>`.
 * dynalite's own evaluation neither compares maps and lists nor orders strings by their bytes.
 */
export function matches(condition: Condition, item: Item): boolean {
  switch (condition.type) {
    case "and":
      return matches(condition.args[0], item) && matches(condition.args[1], item);
    case "or":
      return matches(condition.args[0], item) || matches(condition.args[1], item);
    case "not":
      return !matches(condition.args[0], item);
    case "function":
      return callFunction(
        condition.name,
        condition.args.map((argument) => resolve(argument, item)),
      );
    default:
      return compare(
        condition.type,
        condition.args.map((argument) => resolve(argument, item)),
      );
  }
}

type Value = AttributeValue | undefined;

function compare(
  operator: "=" | "<>" | "<" | "<=" | ">" | ">=" | "in" | "between",
  [value, ...others]: Value[],
): boolean {
  const [first, second] = others;
  switch (operator) {
    case "=":
      return isSame(value, first);
    case "<>":
      return !isSame(value, first);
    case "in":
      return others.some((other) => isSame(value, other));
    case "between":
      return order(value, first, (sign) => sign >= 0) && order(value, second, (sign) => sign <= 0);
    case "<":
      return order(value, first, (sign) => sign < 0);
    case "<=":
      return order(value, first, (sign) => sign <= 0);
    case ">":
      return order(value, first, (sign) => sign > 0);
    case ">=":
      return order(value, first, (sign) => sign >= 0);
  }
}

function isSame(a: Value, b: Value): boolean {
  return a !== undefined && b !== undefined && sameValue(a, b);
}

function order(a: Value, b: Value, wanted: (sign: number) => boolean): boolean {
  const sign = a && b && compareValues(a, b);
  return sign !== undefined && wanted(sign);
}

function callFunction(name: string, [value, operand]: Value[]): boolean {
  switch (name) {
    case "attribute_exists":
      return value !== undefined;
    case "attribute_not_exists":
      return value === undefined;
    case "attribute_type":
      return value !== undefined && typeOf(value) === operand?.S;
    case "begins_with":
      return beginsWith(value, operand);
    case "contains":
      return contains(value, operand);
    default:
      return false;
  }
}

function beginsWith(value: Value, prefix: Value): boolean {
  if (value?.S !== undefined && prefix?.S !== undefined) return value.S.startsWith(prefix.S);
  if (value?.B !== undefined && prefix?.B !== undefined) return bytes(value.B).startsWith(bytes(prefix.B));
  return false;
}

function contains(value: Value, operand: Value): boolean {
  if (!value || !operand) return false;
  if (value.S !== undefined) return operand.S !== undefined && value.S.includes(operand.S);
  if (value.B !== undefined) return operand.B !== undefined && bytes(value.B).includes(bytes(operand.B));
  if (value.SS) return operand.S !== undefined && value.SS.includes(operand.S);
  if (value.NS) return operand.N !== undefined && value.NS.includes(operand.N);
  if (value.BS) return operand.B !== undefined && value.BS.includes(operand.B);
  return value.L?.some((member) => sameValue(member, operand)) ?? false;
}

/** One character a byte, so that string functions work on binary. */
function bytes(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

function resolve(operand: Operand, item: Item): Value {
  if (Array.isArray(operand)) return mapPath(operand, item) ?? undefined;
  if (!("type" in operand)) return operand;
  const [argument] = operand.args;
  const length = argument === undefined ? undefined : sizeOf(resolve(argument, item));
  return length === undefined ? undefined : { N: String(length) };
}

/** The `size` function: characters, bytes or members; undefined for what has none. */
function sizeOf(value: Value): number | undefined {
  if (value?.B !== undefined) return Buffer.byteLength(value.B, "base64");
  const counted = value?.S ?? value?.SS ?? value?.NS ?? value?.BS ?? value?.L;
  if (counted !== undefined) return counted.length;
  return value?.M && Object.keys(value.M).length;
}

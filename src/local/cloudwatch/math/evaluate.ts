import { type Expression, expressionError, type FunctionName, type Operator } from "./parse.ts";
import { fillSeries, joinSeries, mapSeries, type TimeSeries, type Value } from "./values.ts";

export interface Scope {
  /** The id of the expression, for errors. */
  id: string;
  /** The series that are metrics; those whose id contains the text, where one is given. */
  metrics(containing?: string): TimeSeries[];
  /** @returns undefined when nothing has that id. */
  lookup(id: string): Value | undefined;
  /** Of a grid with this period: start, and end exclusive, epoch milliseconds. */
  range(period: number): { from: number; to: number };
}

const APPLY: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "^": (left, right) => left ** right,
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  "<=": (left, right) => Number(left <= right),
  ">=": (left, right) => Number(left >= right),
  "<": (left, right) => Number(left < right),
  ">": (left, right) => Number(left > right),
};

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const REDUCE = {
  SUM: sum,
  AVG: (values: number[]) => sum(values) / values.length,
  MIN: (values: number[]) => values.reduce((least, value) => Math.min(least, value), Infinity),
  MAX: (values: number[]) => values.reduce((most, value) => Math.max(most, value), -Infinity),
} as const;

const EACH = { ABS: Math.abs, CEIL: Math.ceil, FLOOR: Math.floor } as const;

/** @throws ValidationError for what has no meaning, such as an unknown id. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "text":
      throw expressionError(scope.id, "A text has no place here.");
    case "id": {
      const value = scope.lookup(expression.id);
      if (value === undefined) throw expressionError(scope.id, `Unknown identifier '${expression.id}'.`);
      return value;
    }
    case "list":
      return expression.items.flatMap((item) => seriesOf(evaluate(item, scope), scope));
    case "binary": {
      const apply = APPLY[expression.operator];
      return binary(evaluate(expression.left, scope), evaluate(expression.right, scope), apply, scope);
    }
    case "call":
      return call(expression.name, expression.args, scope);
  }
}

function binary(left: Value, right: Value, apply: (a: number, b: number) => number, scope: Scope): Value {
  if (typeof left === "number" && typeof right === "number") return apply(left, right);
  if (Array.isArray(left) && Array.isArray(right))
    throw expressionError(scope.id, "An operation between two arrays of time series is not possible.");
  if (Array.isArray(left)) return left.map((item) => pair(item, right, apply, scope));
  if (Array.isArray(right)) return right.map((item) => pair(item, left, (a, b) => apply(b, a), scope));
  if (typeof left === "number") return pair(right, left, (a, b) => apply(b, a), scope);
  return pair(left, right, apply, scope);
}

/** Only where both have a point is there one. */
function pair(left: Value, right: Value, apply: (a: number, b: number) => number, scope: Scope): TimeSeries {
  const [series] = seriesOf(left, scope);
  if (!series || Array.isArray(right)) throw expressionError(scope.id, "A single time series is needed.");
  if (typeof right === "number") return mapSeries(series, (value) => apply(value, right));
  return {
    ...mapSeries(series, (value, at) => {
      const other = right.points.get(at);
      return other === undefined ? undefined : apply(value, other);
    }),
    period: Math.max(series.period, right.period),
  };
}

function call(name: FunctionName, args: readonly Expression[], scope: Scope): Value {
  const [first, second, third] = args;
  const expect = (count: number) => {
    if (args.length !== count) throw expressionError(scope.id, `${name} takes ${count} parameters.`);
  };
  switch (name) {
    case "METRICS":
      if (!first) return scope.metrics();
      if (args.length > 1 || first.kind !== "text") throw expressionError(scope.id, "METRICS takes one text at most.");
      return scope.metrics(first.value);
    case "SUM":
    case "AVG":
    case "MIN":
    case "MAX":
      expect(1);
      return first ? reduce(evaluate(first, scope), name) : 0;
    case "ABS":
    case "CEIL":
    case "FLOOR":
      expect(1);
      return first ? each(evaluate(first, scope), EACH[name]) : 0;
    case "FILL":
      expect(2);
      return first && second ? fill(evaluate(first, scope), second, scope) : 0;
    case "IF":
      expect(3);
      if (!first || !second || !third) return 0;
      return choose(evaluate(first, scope), evaluate(second, scope), evaluate(third, scope), scope);
  }
}

function reduce(value: Value, name: keyof typeof REDUCE): Value {
  const join = REDUCE[name];
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return joinSeries(value, name, join);
  return value.points.size === 0 ? 0 : join([...value.points.values()]);
}

function each(value: Value, change: (value: number) => number): Value {
  if (typeof value === "number") return change(value);
  return Array.isArray(value) ? value.map((item) => mapSeries(item, change)) : mapSeries(value, change);
}

function fill(value: Value, by: Expression, scope: Scope): Value {
  if (typeof value === "number") throw expressionError(scope.id, "FILL needs a time series.");
  if (Array.isArray(value)) return value.map((item) => fillOne(item, by, scope));
  return fillOne(value, by, scope);
}

function fillOne(series: TimeSeries, by: Expression, scope: Scope): TimeSeries {
  const range = scope.range(series.period);
  if (by.kind === "id" && by.id === "REPEAT") return fillSeries(series, range);
  if (by.kind === "id" && by.id === "LINEAR") throw expressionError(scope.id, "The local stack does not fill LINEAR.");
  const value = evaluate(by, scope);
  if (typeof value !== "number") throw expressionError(scope.id, "FILL needs a number or REPEAT.");
  return fillSeries(series, range, value);
}

function choose(condition: Value, then: Value, otherwise: Value, scope: Scope): Value {
  if (typeof condition === "number") return condition === 0 ? otherwise : then;
  if (Array.isArray(condition) || Array.isArray(then) || Array.isArray(otherwise))
    throw expressionError(scope.id, "IF takes single time series and numbers.");
  return mapSeries(condition, (value, at) => {
    const chosen = value === 0 ? otherwise : then;
    return typeof chosen === "number" ? chosen : chosen.points.get(at);
  });
}

function seriesOf(value: Value, scope: Scope): TimeSeries[] {
  if (typeof value === "number") throw expressionError(scope.id, "A time series is needed in place of a number.");
  return Array.isArray(value) ? value : [value];
}

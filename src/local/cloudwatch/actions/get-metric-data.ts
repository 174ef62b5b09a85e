import type { Action } from "../deps.ts";
import { validation } from "../errors.ts";
import { MAX_DATAPOINTS, MAX_QUERIES } from "../limits.ts";
import { labelOf } from "../math/labels.ts";
import { readQueries } from "../math/queries.ts";
import { type Result, runQueries } from "../math/run.ts";
import { decodeOffset, encodeToken } from "../token.ts";

export const getMetricData: Action = (input, { ctx, store, collect }) => {
  const queries = readQueries(input, "MetricDataQueries", MAX_QUERIES);
  const from = input.required("StartTime", input.time("StartTime"));
  const to = input.required("EndTime", input.time("EndTime"));
  const scanBy = input.choice("ScanBy", ["TimestampDescending", "TimestampAscending"]) ?? "TimestampDescending";
  const most = input.integer("MaxDatapoints") ?? MAX_DATAPOINTS;
  const start = decodeOffset(input.text("NextToken"));
  if (from >= to) throw validation("The parameter StartTime must be less than the parameter EndTime.");
  if (most < 1 || most > MAX_DATAPOINTS)
    throw validation(`The parameter MaxDatapoints must be between 1 and ${MAX_DATAPOINTS}.`);
  collect();
  const results = runQueries({ store, now: ctx.clock.now(), from, to }, queries).filter(
    ({ query }) => query.returnData,
  );
  const label = labelOf(queries);
  let skip = start;
  let left = most;
  const rendered = results.map((result) => {
    const points = scanBy === "TimestampAscending" ? result.points : result.points.toReversed();
    const page = points.slice(skip, skip + left);
    const rest = points.length - Math.min(skip, points.length) - page.length;
    skip = Math.max(0, skip - points.length);
    left -= page.length;
    return {
      Id: result.query.id,
      Label: label(result),
      Timestamps: page.map(({ at }) => new Date(at)),
      Values: page.map(({ value }) => value),
      StatusCode: rest > 0 ? "PartialData" : "Complete",
      ...messagesOf(result),
    };
  });
  const total = results.reduce((sum, { points }) => sum + points.length, 0);
  const end = start + most;
  return {
    MetricDataResults: rendered,
    ...(end < total ? { NextToken: encodeToken([end]) } : {}),
    Messages: [],
  };
};

function messagesOf({ units }: Result) {
  if (units.length < 2) return {};
  const Value = `Multiple units returned: '[${units.join(", ")}]'`;
  return { Messages: [{ Code: "MultipleUnits", Value }] };
}

import type { Action } from "../deps.ts";
import { invalidNextToken } from "../errors.ts";
import type { Input } from "../input.ts";
import { MAX_LISTED_METRICS } from "../limits.ts";
import { type Metric, metricOf, renderMetric } from "../metric.ts";
import { decodeToken, encodeToken } from "../token.ts";

const HOUR_MS = 3_600_000;
const TWO_WEEKS_MS = 14 * 24 * HOUR_MS;

/** Metrics are there at once: AWS takes up to fifteen minutes. */
export const listMetrics: Action = (input, { ctx, store, collect }) => {
  const namespace = input.sized("Namespace", { max: 255 });
  const name = input.sized("MetricName", { max: 255 });
  const recent = input.choice("RecentlyActive", ["PT3H"]);
  const matches = readFilters(input);
  const token = input.text("NextToken");
  const filter = {
    since: ctx.clock.now() - (recent === undefined ? TWO_WEEKS_MS : 3 * HOUR_MS),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(token === undefined ? {} : { after: decodePlace(token) }),
  };
  collect();
  const found: Metric[] = [];
  for (const metric of store.list(filter)) {
    if (!matches(metric)) continue;
    found.push(metric);
    if (found.length > MAX_LISTED_METRICS) break;
  }
  const page = found.slice(0, MAX_LISTED_METRICS);
  const last = page.at(-1);
  return {
    Metrics: page.map(renderMetric),
    ...(found.length > page.length && last ? { NextToken: encodePlace(last) } : {}),
  };
};

/** A metric may have more dimensions than are asked for; one asked for without a value may have any. */
function readFilters(input: Input): (metric: Metric) => boolean {
  const filters = (input.objects("Dimensions", { max: 10 }) ?? []).map((filter) => ({
    name: filter.required("Name", filter.sized("Name", { max: 255 })),
    value: filter.sized("Value", { max: 1024 }),
  }));
  return ({ dimensions }) =>
    filters.every(({ name, value }) =>
      dimensions.some((dimension) => dimension.name === name && (value === undefined || dimension.value === value)),
    );
}

function encodePlace({ namespace, name, dimensions }: Metric): string {
  return encodeToken([namespace, name, ...dimensions.flatMap((dimension) => [dimension.name, dimension.value])]);
}

function decodePlace(token: string): Metric {
  const [namespace, name, ...pairs] = decodeToken(token).map(String);
  if (namespace === undefined || name === undefined || pairs.length % 2 > 0) throw invalidNextToken();
  const dimensions = Array.from({ length: pairs.length / 2 }, (_, index) => ({
    name: pairs[index * 2] ?? "",
    value: pairs[index * 2 + 1] ?? "",
  }));
  return metricOf(namespace, name, dimensions);
}

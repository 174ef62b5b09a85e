import type { Query } from "./queries.ts";
import type { Result } from "./run.ts";

/**
 * Labels as CloudWatch makes them where none is given: the metric's name, with the statistic and the period where they
 * differ between the queries of a request. Dynamic labels (`${AVG}`) are given back as they are.
 */
export function labelOf(queries: readonly Query[]): (result: Result) => string {
  const stats = queries.flatMap(({ stat }) => stat ?? []);
  const differ = (values: unknown[]) => new Set(values).size > 1;
  const statistics = differ(stats.map(({ statistic }) => statistic.name));
  const periods = differ(stats.map(({ period }) => period));
  return ({ query, of }) => {
    if (query.label !== undefined) return query.label;
    const { stat } = query;
    if (!stat) return of ? `${query.id} ${of}` : query.id;
    const parts = [stat.metric.name];
    if (statistics) parts.push(stat.statistic.name);
    if (periods) parts.push(String(stat.period));
    return parts.join(" ");
  };
}

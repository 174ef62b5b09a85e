import { missingFunction, parseFunctionName } from "../function-name.ts";
import { ACCOUNT_CONCURRENCY } from "../host.ts";
import { invalidParameter, optionalInteger } from "../input.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

/** What AWS keeps unreserved in every account. */
const UNRESERVED = 100;

export const putFunctionConcurrency =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const { ctx, host } = deps;
    const name = parseFunctionName(ctx, request.params["name"] ?? "");
    if (!host.has(name)) throw missingFunction(ctx, name);
    const wanted = optionalInteger(request.json(), "ReservedConcurrentExecutions", 0, Number.MAX_SAFE_INTEGER);
    if (wanted === undefined) throw invalidParameter("ReservedConcurrentExecutions must be given.");
    const others = host
      .list()
      .reduce((sum, { definition }) => sum + (definition.name === name ? 0 : (definition.reservedConcurrency ?? 0)), 0);
    if (ACCOUNT_CONCURRENCY - others - wanted < UNRESERVED) {
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED}].`,
      );
    }
    reserve(deps, name, wanted);
    return { status: 200, body: { ReservedConcurrentExecutions: wanted } };
  };

export const getFunctionConcurrency =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(ctx, request.params["name"] ?? "");
    const record = host.get(name);
    if (!record) throw missingFunction(ctx, name);
    const reserved = record.definition.reservedConcurrency;
    return { status: 200, body: reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved } };
  };

export const deleteFunctionConcurrency =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(deps.ctx, request.params["name"] ?? "");
    if (!deps.host.has(name)) throw missingFunction(deps.ctx, name);
    reserve(deps, name, undefined);
    return { status: 204 };
  };

function reserve({ host, code }: ActionDeps, name: string, concurrency: number | undefined): void {
  host.reserve(name, concurrency);
  const record = host.get(name);
  if (record?.owned) code.save(record);
}

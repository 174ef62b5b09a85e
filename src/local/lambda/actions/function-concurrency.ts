import { parseFunctionName } from "../function-name.ts";
import { ACCOUNT_CONCURRENCY, missingFunction } from "../host.ts";
import { invalidParameter, optionalInteger } from "../input.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

/** What AWS keeps unreserved in every account. */
const UNRESERVED = 100;

export const putFunctionConcurrency =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(request.params["name"] ?? "");
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
    host.reserve(name, wanted);
    return { status: 200, body: { ReservedConcurrentExecutions: wanted } };
  };

export const getFunctionConcurrency =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(request.params["name"] ?? "");
    const record = host.get(name);
    if (!record) throw missingFunction(ctx, name);
    const reserved = record.definition.reservedConcurrency;
    return { status: 200, body: reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved } };
  };

export const deleteFunctionConcurrency =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(request.params["name"] ?? "");
    if (!host.has(name)) throw missingFunction(ctx, name);
    host.reserve(name, undefined);
    return { status: 204 };
  };

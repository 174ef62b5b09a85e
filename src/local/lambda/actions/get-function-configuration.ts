import { describeFunction } from "../configuration.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const getFunctionConfiguration =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(ctx, request.params["name"] ?? "", request.query.get("Qualifier"));
    const record = host.get(name);
    if (!record) throw missingFunction(ctx, name);
    return { status: 200, body: describeFunction(record) };
  };

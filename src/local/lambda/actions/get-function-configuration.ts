import { describeFunction } from "../configuration.ts";
import { parseFunctionName } from "../function-name.ts";
import { missingFunction } from "../host.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const getFunctionConfiguration =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(request.params["name"] ?? "", request.query.get("Qualifier"));
    const record = host.get(name);
    if (!record) throw missingFunction(ctx, name);
    return { status: 200, body: describeFunction(record) };
  };

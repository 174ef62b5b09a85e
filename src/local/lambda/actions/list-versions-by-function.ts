import { describeFunction } from "../configuration.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

/** None can be published, so that `$LATEST` is the only one. */
export const listVersionsByFunction =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(ctx, request.params["name"] ?? "");
    const record = host.get(name);
    if (!record) throw missingFunction(ctx, name);
    const latest = { ...describeFunction(record), FunctionArn: `${record.arn}:$LATEST` };
    return { status: 200, body: { Versions: [latest] } };
  };

import { describeFunction, readConfiguration } from "../configuration.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import type { RestAction } from "../rest.ts";
import { checkRevision } from "../revision.ts";
import type { ActionDeps } from "./deps.ts";

export const updateFunctionConfiguration =
  ({ ctx, host, code }: ActionDeps): RestAction =>
  (request) => {
    const input = request.json();
    const name = parseFunctionName(ctx, request.params["name"] ?? "");
    const before = host.get(name);
    if (!before) throw missingFunction(ctx, name);
    checkRevision(before, input);
    const record = host.update(name, readConfiguration(input));
    if (record.owned) code.save(record);
    return { status: 200, body: describeFunction(record) };
  };

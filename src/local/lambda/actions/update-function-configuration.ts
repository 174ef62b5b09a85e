import { describeFunction, readConfiguration } from "../configuration.ts";
import { parseFunctionName } from "../function-name.ts";
import { missingFunction } from "../host.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const updateFunctionConfiguration =
  ({ ctx, host, code }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(request.params["name"] ?? "");
    if (!host.has(name)) throw missingFunction(ctx, name);
    const record = host.update(name, readConfiguration(request.json()));
    if (record.owned)
      code.save({ definition: record.definition, code: { sha256: record.codeSha256, size: record.codeSize } });
    return { status: 200, body: describeFunction(record) };
  };

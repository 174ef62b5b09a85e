import { describeFunction } from "../configuration.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const getFunction =
  ({ ctx, host }: ActionDeps): RestAction =>
  (request) => {
    const name = parseFunctionName(ctx, request.params["name"] ?? "", request.query.get("Qualifier"));
    const record = host.get(name);
    if (!record) throw missingFunction(ctx, name);
    const reserved = record.definition.reservedConcurrency;
    return {
      status: 200,
      body: {
        Configuration: describeFunction(record),
        Code: { RepositoryType: "S3", Location: `file://${record.definition.codeDir}` },
        ...(Object.keys(record.definition.tags ?? {}).length > 0 ? { Tags: record.definition.tags } : {}),
        ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
      },
    };
  };

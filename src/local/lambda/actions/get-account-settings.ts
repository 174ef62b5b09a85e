import { ACCOUNT_CONCURRENCY } from "../host.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const getAccountSettings =
  ({ host }: ActionDeps): RestAction =>
  () => {
    const functions = host.list();
    const reserved = functions.reduce((sum, { definition }) => sum + (definition.reservedConcurrency ?? 0), 0);
    return {
      status: 200,
      body: {
        AccountLimit: {
          TotalCodeSize: 80_530_636_800,
          CodeSizeUnzipped: 262_144_000,
          CodeSizeZipped: 52_428_800,
          ConcurrentExecutions: ACCOUNT_CONCURRENCY,
          UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - reserved,
        },
        AccountUsage: {
          TotalCodeSize: functions.reduce((sum, { codeSize }) => sum + codeSize, 0),
          FunctionCount: functions.length,
        },
      },
    };
  };

import { describeFunction } from "../configuration.ts";
import { page } from "../paging.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const listFunctions =
  ({ host }: ActionDeps): RestAction =>
  (request) => {
    // 50 is what AWS returns at most, whatever is asked for.
    const { items, next } = page(host.list(), request.query, 50);
    return { status: 200, body: { Functions: items.map(describeFunction), ...(next ? { NextMarker: next } : {}) } };
  };

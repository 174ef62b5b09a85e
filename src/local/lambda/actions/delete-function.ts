import { missingFunction, parseFunctionName } from "../function-name.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const deleteFunction =
  ({ ctx, host, code }: ActionDeps): RestAction =>
  async (request) => {
    const name = parseFunctionName(ctx, request.params["name"] ?? "", request.query.get("Qualifier"));
    const record = host.get(name);
    if (!record) throw missingFunction(ctx, name);
    await host.remove(name);
    if (record.owned) code.remove(name);
    return { status: 204 };
  };

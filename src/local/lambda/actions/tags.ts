import type { FunctionRecord } from "../definition.ts";
import { missingFunction, parseFunctionName } from "../function-name.ts";
import { optionalTextMap } from "../input.ts";
import type { RestAction, RestRequest } from "../rest.ts";
import { notOffered } from "../unoffered.ts";
import type { ActionDeps } from "./deps.ts";

export const listTags =
  (deps: ActionDeps): RestAction =>
  (request) => ({ status: 200, body: { Tags: tagged(deps, request).definition.tags ?? {} } });

export const tagResource =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const record = tagged(deps, request);
    return keep(deps, record, { ...record.definition.tags, ...optionalTextMap(request.json(), "Tags") });
  };

export const untagResource =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const record = tagged(deps, request);
    const gone = request.query.getAll("tagKeys");
    const kept = Object.entries(record.definition.tags ?? {}).filter(([key]) => !gone.includes(key));
    return keep(deps, record, Object.fromEntries(kept));
  };

/** @returns the function of a request whose path holds its ARN. */
function tagged({ ctx, host }: ActionDeps, request: RestRequest): FunctionRecord {
  const arn = request.params["arn"] ?? "";
  if (arn.includes(":event-source-mapping:"))
    throw notOffered("The local stack does not offer tags of event source mappings.");
  const name = parseFunctionName(ctx, arn);
  const record = host.get(name);
  if (!record) throw missingFunction(ctx, name);
  return record;
}

/** Tags are no part of a function's revision: they change in place. */
function keep({ code }: ActionDeps, record: FunctionRecord, tags: Record<string, string>) {
  record.definition.tags = tags;
  if (record.owned) code.save(record);
  return { status: 204 };
}

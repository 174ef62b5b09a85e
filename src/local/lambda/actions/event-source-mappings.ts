import { AwsError } from "../../context.ts";
import type { MappingChange, MappingView } from "../../mapping/types.ts";
import { arnOf, missingFunction, parseFunctionName } from "../function-name.ts";
import {
  invalidParameter,
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalText,
  optionalTexts,
  requiredText,
} from "../input.ts";
import { refuseUnofferedOfMapping, notOffered } from "../unoffered.ts";
import { page } from "../paging.ts";
import type { RestAction } from "../rest.ts";
import type { ActionDeps } from "./deps.ts";

export const createEventSourceMapping =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const input = request.json();
    const name = existingFunction(deps, requiredText(input, "FunctionName"));
    const source = requiredText(input, "EventSourceArn");
    if (!/^arn:aws[a-z-]*:sqs:/.test(source)) throw notOffered("The local stack maps SQS queues only.");
    const view = deps.mappings().create({ source, functionName: name, ...readChange(deps, input), owned: true });
    return { status: 202, body: { ...describe(deps, view), State: "Creating" } };
  };

export const updateEventSourceMapping =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const uuid = request.params["uuid"] ?? "";
    const view = deps.mappings().update(uuid, readChange(deps, request.json()));
    return { status: 202, body: { ...describe(deps, view), State: "Updating" } };
  };

export const getEventSourceMapping =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const view = deps.mappings().get(request.params["uuid"] ?? "");
    if (!view) throw missing();
    return { status: 200, body: describe(deps, view) };
  };

export const listEventSourceMappings =
  (deps: ActionDeps): RestAction =>
  (request) => {
    const source = request.query.get("EventSourceArn");
    const name = request.query.get("FunctionName");
    const functionName = name ? existingFunction(deps, name) : undefined;
    const wanted = deps
      .mappings()
      .list()
      .filter((view) => (!source || view.source === source) && (!functionName || view.functionName === functionName));
    const { items, next } = page(wanted, request.query, 100);
    return {
      status: 200,
      body: { EventSourceMappings: items.map((view) => describe(deps, view)), ...(next ? { NextMarker: next } : {}) },
    };
  };

export const deleteEventSourceMapping =
  (deps: ActionDeps): RestAction =>
  async (request) => {
    const uuid = request.params["uuid"] ?? "";
    const view = deps.mappings().get(uuid);
    if (!view) throw missing();
    await deps.mappings().delete(uuid);
    return { status: 202, body: { ...describe(deps, view), State: "Deleting" } };
  };

function missing(): AwsError {
  return new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", {
    status: 404,
    members: { Type: "User" },
  });
}

/** @returns the bare name. @throws AwsError `ResourceNotFoundException`. */
function existingFunction({ host, ctx }: ActionDeps, text: string): string {
  const name = parseFunctionName(ctx, text);
  if (!host.has(name)) throw missingFunction(ctx, name);
  return name;
}

function readChange(deps: ActionDeps, input: Record<string, unknown>): MappingChange {
  refuseUnofferedOfMapping(input);
  const named = optionalText(input, "FunctionName");
  const functionName = named === undefined ? undefined : existingFunction(deps, named);
  const enabled = optionalBoolean(input, "Enabled");
  const batchSize = optionalInteger(input, "BatchSize", 1, 10_000);
  const batchWindow = optionalInteger(input, "MaximumBatchingWindowInSeconds", 0, 300);
  const types = optionalTexts(input, "FunctionResponseTypes");
  if (types?.some((type) => type !== "ReportBatchItemFailures"))
    throw invalidParameter("FunctionResponseTypes takes ReportBatchItemFailures only.");
  const scaling = optionalObject(input, "ScalingConfig");
  const maxConcurrency = scaling ? optionalInteger(scaling, "MaximumConcurrency", 2, 1000) : undefined;
  return {
    ...(functionName === undefined ? {} : { functionName }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(batchWindow === undefined ? {} : { batchWindow }),
    ...(types === undefined ? {} : { reportBatchItemFailures: types.length > 0 }),
    ...(scaling === undefined ? {} : { maxConcurrency: maxConcurrency ?? null }),
  };
}

function describe({ ctx }: ActionDeps, view: MappingView): Record<string, unknown> {
  return {
    UUID: view.uuid,
    BatchSize: view.batchSize,
    MaximumBatchingWindowInSeconds: view.batchWindow,
    EventSourceArn: view.source,
    FunctionArn: arnOf(ctx, view.functionName),
    LastModified: view.lastModified / 1000,
    State: view.state,
    StateTransitionReason: "USER_INITIATED",
    FunctionResponseTypes: view.reportBatchItemFailures ? ["ReportBatchItemFailures"] : [],
    ...(view.maxConcurrency === undefined ? {} : { ScalingConfig: { MaximumConcurrency: view.maxConcurrency } }),
    EventSourceMappingArn: `arn:aws:lambda:${ctx.region}:${ctx.accountId}:event-source-mapping:${view.uuid}`,
  };
}

import { randomUUID } from "node:crypto";
import { AwsError, type LocalContext } from "../context.ts";
import type { FunctionHost, MessageSource } from "../interfaces.ts";
import { createConsumer, type Consumer } from "./consumer.ts";
import { createMappingStore } from "./store.ts";
import type { Mappings, MappingView } from "./types.ts";
import { applyChange, DEFAULT_SETTINGS, type MappingSettings } from "./validate.ts";

export type { Mappings, MappingSpec } from "./types.ts";

export interface MappingDeps {
  host: FunctionHost;
  /** The queue of an ARN. */
  source(arn: string): MessageSource | undefined;
  /** Of the queue, in seconds. */
  visibilityTimeout?(arn: string): number | undefined;
  /** Of a function, in seconds. */
  functionTimeout?(name: string): number | undefined;
}

interface Mapping {
  uuid: string;
  source: MessageSource;
  functionName: string;
  settings: MappingSettings;
  lastModified: number;
  owned: boolean;
  consumer: Consumer | undefined;
  /** Consumers of former settings whose batches have not ended. */
  ending: Set<Consumer>;
}

/** Makes the event source mappings of one stack; those created through the API in an earlier run go on. */
export function createMappings(ctx: LocalContext, deps: MappingDeps): Mappings {
  const mappings = new Map<string, Mapping>();
  const store = createMappingStore(ctx);

  const halt = (mapping: Mapping, closing = false) => {
    const { consumer } = mapping;
    if (!consumer) return;
    mapping.consumer = undefined;
    consumer.stop(closing);
    mapping.ending.add(consumer);
    void consumer.idle().then(() => mapping.ending.delete(consumer));
  };

  const begin = (mapping: Mapping) => {
    if (!mapping.settings.enabled) return;
    mapping.consumer = createConsumer(ctx, {
      host: deps.host,
      source: mapping.source,
      functionName: mapping.functionName,
      settings: mapping.settings,
    });
  };

  const save = ({ owned, source, uuid, functionName, lastModified, settings }: Mapping) => {
    if (owned) store.save({ uuid, source: source.arn, functionName, lastModified, settings });
  };

  const add = (mapping: Omit<Mapping, "consumer" | "ending">): Mapping => {
    const whole: Mapping = { ...mapping, consumer: undefined, ending: new Set() };
    mappings.set(mapping.uuid, whole);
    begin(whole);
    return whole;
  };

  const change = (mapping: Mapping, settings: MappingSettings, functionName: string): MappingView => {
    halt(mapping);
    mapping.settings = settings;
    mapping.functionName = functionName;
    mapping.lastModified = ctx.clock.now();
    begin(mapping);
    save(mapping);
    return view(mapping);
  };

  const find = (uuid: string): Mapping => {
    const mapping = mappings.get(uuid);
    if (mapping) return mapping;
    throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", {
      status: 404,
      members: { Type: "User" },
    });
  };

  for (const stored of store.load()) {
    const source = deps.source(stored.source);
    // The queue may have been deleted; the function may come later and is looked up on each batch.
    if (source) add({ ...stored, source, owned: true });
  }

  return {
    create(spec) {
      const source = deps.source(spec.source);
      if (!source) {
        throw new AwsError(
          "InvalidParameterValueException",
          `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist: ${spec.source}`,
          {
            members: { Type: "User" },
          },
        );
      }
      const settings = applyChange(DEFAULT_SETTINGS, spec, source.fifo);
      const same = [...mappings.values()].find(
        (other) => other.source.arn === source.arn && other.functionName === spec.functionName,
      );
      if (same && same.owned && !spec.owned) return change(same, settings, spec.functionName);
      if (same) {
        throw new AwsError(
          "ResourceConflictException",
          `An event source mapping with SQS arn (" ${source.arn} ") and function (" ${spec.functionName} ") already exists. Please update or delete the existing mapping with UUID ${same.uuid}`,
          { status: 409, members: { Type: "User" } },
        );
      }
      // A project is told of this by its configuration; who calls the API is told as by AWS.
      if (spec.owned) checkTimeouts(deps, source.arn, spec.functionName);
      const mapping = add({
        uuid: randomUUID(),
        source,
        functionName: spec.functionName,
        settings,
        lastModified: ctx.clock.now(),
        owned: spec.owned ?? false,
      });
      save(mapping);
      return view(mapping);
    },
    update(uuid, wanted) {
      const mapping = find(uuid);
      return change(
        mapping,
        applyChange(mapping.settings, wanted, mapping.source.fifo),
        wanted.functionName ?? mapping.functionName,
      );
    },
    get(uuid) {
      const mapping = mappings.get(uuid);
      return mapping && view(mapping);
    },
    list: () => [...mappings.values()].map(view),
    async delete(uuid) {
      const mapping = find(uuid);
      mappings.delete(uuid);
      if (mapping.owned) store.remove(uuid);
      halt(mapping);
      await Promise.all([...mapping.ending].map((consumer) => consumer.idle()));
    },
    async close() {
      for (const mapping of mappings.values()) halt(mapping, true);
      store.close();
    },
  };
}

/** @throws AwsError when a message would be visible again while its function still runs. */
function checkTimeouts(deps: MappingDeps, queueArn: string, functionName: string): void {
  const visibility = deps.visibilityTimeout?.(queueArn);
  const timeout = deps.functionTimeout?.(functionName);
  if (visibility === undefined || timeout === undefined || visibility >= timeout) return;
  throw new AwsError(
    "InvalidParameterValueException",
    `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeout} seconds`,
    { members: { Type: "User" } },
  );
}

function view(mapping: Mapping): MappingView {
  const { settings, consumer, ending } = mapping;
  const running = [...ending].reduce((sum, former) => sum + former.running(), consumer?.running() ?? 0);
  return {
    uuid: mapping.uuid,
    source: mapping.source.arn,
    functionName: mapping.functionName,
    state: consumer ? "Enabled" : running > 0 ? "Disabling" : "Disabled",
    batchSize: settings.batchSize,
    batchWindow: settings.batchWindow,
    ...(settings.maxConcurrency === undefined ? {} : { maxConcurrency: settings.maxConcurrency }),
    reportBatchItemFailures: settings.reportBatchItemFailures,
    lastModified: mapping.lastModified,
    running,
  };
}

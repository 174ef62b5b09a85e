import type { LocalContext } from "../context.ts";
import type { Service } from "../exchange.ts";
import type { FunctionMetrics, QueueMeters } from "../interfaces.ts";
import type { LogListener } from "../logs/types.ts";
import { ACTIONS } from "./actions/table.ts";
import { Alarms } from "./alarms/alarms.ts";
import { createAlarmStore } from "./alarms/store.ts";
import type { Deps } from "./deps.ts";
import { serveCloudWatch } from "./protocol.ts";
import { createSchema } from "./schema.ts";
import { createFunctionMetrics } from "./sources/function-metrics.ts";
import { createLogMetrics } from "./sources/log-metrics.ts";
import { createQueueMetrics } from "./sources/queue-metrics.ts";
import { createMetricStore } from "./store.ts";
import { createTicker } from "./ticker.ts";

/** Where metrics come from beside PutMetricData. */
export interface MetricSources {
  /** Log lines, for the embedded metric format. */
  logs?: { subscribe(listener: LogListener): () => void };
  queues?: QueueMeters;
}

export interface CloudWatchService extends Service {
  /** To be told of invocations. */
  functions: FunctionMetrics;
  close(): void;
}

/** Amazon CloudWatch: metrics and metric alarms. Kept in the context's database `cloudwatch`, fifteen days long. */
export function createCloudWatch(ctx: LocalContext, sources: MetricSources = {}): CloudWatchService {
  const database = ctx.openDatabase("cloudwatch");
  createSchema(database);
  const store = createMetricStore(ctx, database);
  const logMetrics = createLogMetrics(ctx, store);
  const unsubscribe = sources.logs?.subscribe(logMetrics.listener);
  const queueMetrics = sources.queues && createQueueMetrics(ctx, store, sources.queues);
  const collect = () => {
    logMetrics.collect();
    queueMetrics?.collect();
  };
  const alarms = new Alarms({
    ctx,
    metrics: store,
    store: createAlarmStore(database),
    collect,
    onChange: () => ticker.rearm(),
  });
  const ticker = createTicker(
    ctx.clock,
    () => alarms.interval,
    () => {
      queueMetrics?.collect();
      alarms.evaluate();
    },
  );
  const deps: Deps = { ctx, store, alarms, collect };
  const warned = new Set<string>();
  const protocol = {
    action(operation: string) {
      const action = Object.hasOwn(ACTIONS, operation) ? ACTIONS[operation] : undefined;
      return action && ((input: Parameters<typeof action>[0]) => action(input, deps));
    },
    onUnknown(operation: string) {
      // Anyone may ask for anything, a thousand times: few are told of, and each once.
      if (warned.has(operation) || warned.size >= MAX_WARNINGS) return;
      warned.add(operation);
      const message = `The local stack does not offer CloudWatch's ${operation.slice(0, 100) || "operation without a name"}.`;
      ctx.emit({ type: "warning", at: ctx.clock.now(), message });
    },
  };
  return {
    handle: (exchange) => serveCloudWatch(exchange, protocol),
    functions: createFunctionMetrics(ctx, store),
    close() {
      ticker.close();
      unsubscribe?.();
      logMetrics.close();
      queueMetrics?.collect();
      store.close();
      database.close();
    },
  };
}

const MAX_WARNINGS = 100;

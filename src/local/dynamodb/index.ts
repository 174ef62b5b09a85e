import { crc32 } from "node:zlib";
import { AwsError, type LocalContext } from "../context.ts";
import type { Exchange, Service } from "../exchange.ts";
import { type JsonProtocol, serveJson } from "../wire/json.ts";
import { defineTable, isSameTable, requestOf, type TableSpec } from "./definition.ts";
import { Storage } from "./storage.ts";
import { plainItem } from "./plain.ts";
import { SWEEP_INTERVAL_MS, sweepRegularly } from "./sweep.ts";
import type { Item } from "./types.ts";

export type { TableSpec } from "./definition.ts";

export interface DynamoDbService extends Service {
  /**
   * Creates a table unless it is there, and sets its TTL attribute. Keys are strings, indexes project all.
   * @throws AwsError `ResourceInUseException` when a table of that name has other keys or indexes.
   */
  ensureTable(spec: TableSpec): void;
  /**
   * Changes one item in process, without a request: what `change` returns is stored, undefined leaves it. Keys and index keys
   * must stay. @returns whether it was there and changed.
   */
  edit(table: string, key: Record<string, string>, change: (item: Item) => Item | undefined): Promise<boolean>;
  /** Tells the items that each write stored in a table, as JSON has them, in the order of the writes. */
  watch(table: string, tell: (items: Record<string, unknown>[]) => void): void;
}

/** DynamoDB over SQLite. Cheap to make: the database opens on first use, and what parses requests loads with the first of them. */
export function createDynamoDb(ctx: LocalContext, options: { sweepIntervalMs?: number } = {}): DynamoDbService {
  let closed = false;
  let opened: Storage | undefined;
  let endSweeps: (() => void) | undefined;
  let protocol: Promise<JsonProtocol> | undefined;

  const storage = () => {
    if (closed) throw new AwsError("InternalServerError", "The local stack is closing.", { status: 500 });
    if (opened) return opened;
    opened = new Storage(ctx.openDatabase("dynamodb"));
    endSweeps = sweepRegularly(opened, ctx.clock.now, options.sweepIntervalMs ?? SWEEP_INTERVAL_MS);
    return opened;
  };
  const load = async (): Promise<JsonProtocol> => {
    const { createActions } = await import("./actions.ts");
    return {
      target: "DynamoDB_20120810",
      version: "1.0",
      namespace: "com.amazonaws.dynamodb.v20120810",
      actions: createActions(ctx, storage()),
      decorate: (payload) => ({ "x-amz-crc32": String(crc32(payload)) }),
    };
  };

  return {
    handle: async (exchange: Exchange) => serveJson(exchange, await (protocol ??= load())),
    ensureTable(spec) {
      const request = requestOf(spec);
      const found = storage().table(spec.name);
      if (found && !isSameTable(found.definition, request)) {
        throw new AwsError(
          "ResourceInUseException",
          `Table ${spec.name} exists with other keys or indexes. Drop the local state to make it anew: --fresh.`,
        );
      }
      const home = { region: ctx.region, accountId: ctx.accountId, nowMs: ctx.clock.now() };
      const table = found ?? storage().createTable(defineTable(request, home), {});
      if (spec.ttlAttribute !== undefined && table.settings.ttlAttribute !== spec.ttlAttribute) {
        storage().saveSettings(table, { ...table.settings, ttlAttribute: spec.ttlAttribute });
      }
    },
    async edit(name, key, change) {
      const { itemKey } = await import("./keys.ts");
      const table = storage().table(name);
      if (!table) return false;
      const place = itemKey(
        Object.fromEntries(Object.entries(key).map(([part, S]) => [part, { S }])),
        table.definition,
      );
      return storage().transaction(() => {
        const item = storage().get(table, place);
        const changed = item && change(item);
        if (changed) storage().put(table, place, changed);
        return changed !== undefined;
      });
    },
    watch: (table, tell) => storage().watch(table, (items) => tell(items.map(plainItem))),
    close() {
      closed = true;
      endSweeps?.();
      opened?.close();
      opened = undefined;
    },
  };
}

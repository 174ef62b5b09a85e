import type { Clock } from "../../contract/clock.ts";
import type { Settings } from "../../contract/settings.ts";
import { dayItem, eventKey, taskKey, timeIndexKey } from "../../contract/table.ts";
import { ConflictError, type Dynamo, type Write } from "../aws/dynamo.ts";
import type { Item } from "../aws/marshal.ts";
import { toRecord, type StoredRecord } from "./stored.ts";
import type { Transition } from "./transition.ts";

/** A writer that is always outrun gives up: each round means that another one got through. */
const MAX_ROUNDS = 20;
const PREVIEW_LENGTH = 120;

export interface WriterParts {
  dynamo: Dynamo;
  settings: Pick<Settings, "tasksTable" | "ttlDays">;
  clock: Clock;
}

/**
 * Writes a record and its events in one transaction, conditional on the version that was read: so `seq` has no gaps
 * whoever writes, and a writer that is killed leaves all of a change or nothing.
 */
export function createWriter({ dynamo, settings, clock }: WriterParts) {
  const table = settings.tasksTable;
  const ttl = () => Math.floor(clock.now() / 1000) + settings.ttlDays * 86_400;

  async function read(taskId: string): Promise<StoredRecord | undefined> {
    const item = await dynamo.get(table, taskKey(taskId));
    return item && toRecord(item);
  }

  const days = new Map<string, Promise<void>>();

  /** Before its first task, so that no list misses one; once a process and day. */
  function markDay(acceptedAt: string): Promise<void> {
    const item = dayItem(acceptedAt);
    const known = days.get(item.sk);
    if (known) return known;
    const marking = dynamo.put(table, item);
    days.set(item.sk, marking);
    marking.catch(() => days.delete(item.sk));
    return marking;
  }

  /** @throws ConflictError when the record is not `before` any more. */
  async function write(before: StoredRecord | undefined, { record, events }: Transition): Promise<void> {
    const key = taskKey(record.task.taskId);
    const expires = ttl();
    if (!before) await markDay(record.acceptedAt);
    const first: Write = before
      ? { update: { table, key, ...difference(before, record), condition: isVersion(before.version) } }
      : { put: { table, item: { ...key, ...indexed(record), ...record, ttl: expires }, condition: isNew } };
    if ("update" in first) first.update.set = { ...first.update.set, ttl: expires };
    const puts = events.map((event): Write => ({
      put: { table, item: { ...eventKey(event.taskId, event.seq), ...event, ttl: expires }, condition: isNew },
    }));
    if (puts.length > 0) return dynamo.transact([first, ...puts]);
    if ("update" in first)
      return dynamo.update(table, key, first.update.set, first.update.remove, first.update.condition);
    return dynamo.put(table, first.put.item, first.put.condition);
  }

  /**
   * Decides on the record as it is and writes; when another writer was faster, decides again on what that one left.
   * @param known the record as this process last saw it, to spare a read.
   */
  async function mutate<T>(
    taskId: string,
    decide: (record: StoredRecord | undefined) => { value: T; transition?: Transition },
    known?: StoredRecord,
  ): Promise<T> {
    let record = known ?? (await read(taskId));
    for (let round = 0; ; round++) {
      const { value, transition } = decide(record);
      if (!transition) return value;
      try {
        await write(record, transition);
        return value;
      } catch (error) {
        if (!(error instanceof ConflictError) || round >= MAX_ROUNDS) throw error;
        if (round > 0) await clock.sleep(Math.random() * 20 * round);
        record = error.current ? toRecord(error.current) : await read(taskId);
      }
    }
  }

  return { read, mutate, ttl };
}

const isNew = { expression: "attribute_not_exists(pk)" };
const isVersion = (version: number) => ({
  expression: "#version = :version",
  names: { "#version": "version" },
  values: { ":version": version },
});

/** Copies that let lists be read without the task itself. */
function indexed(record: StoredRecord): Item {
  return { ...timeIndexKey(record.task.taskId, record.acceptedAt), ...listed(record) };
}

function listed(record: StoredRecord): Item {
  return { userId: record.task.userId, preview: record.task.prompt.slice(0, PREVIEW_LENGTH) };
}

function difference(before: StoredRecord, after: StoredRecord): { set: Item; remove: string[] } {
  const old: Item = { ...before };
  const now: Item = { ...after };
  const set = Object.fromEntries(
    Object.entries(now).filter(([name, value]) => value !== undefined && value !== old[name]),
  );
  return {
    set: "task" in set ? { ...set, ...listed(after) } : set,
    remove: Object.keys(old).filter((name) => old[name] !== undefined && now[name] === undefined),
  };
}

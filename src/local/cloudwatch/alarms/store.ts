import type { DatabaseSync } from "node:sqlite";
import { isObject } from "../../wire/objects.ts";
import { Input } from "../input.ts";
import { type Alarm, type AlarmState, renderDefinition } from "./alarm.ts";
import { readAlarm, STATES } from "./definition.ts";

export const HISTORY_TYPES = ["ConfigurationUpdate", "StateUpdate", "Action"] as const;
export type HistoryType = (typeof HISTORY_TYPES)[number];

export interface HistoryItem {
  alarm: string;
  /** Epoch milliseconds. */
  at: number;
  type: string;
  summary: string;
  /** JSON. */
  data: string;
}

export interface HistoryQuery {
  alarm?: string;
  type?: HistoryType;
  /** Epoch milliseconds, inclusive. */
  from?: number;
  to?: number;
  descending: boolean;
  offset: number;
  limit: number;
}

/** Alarms and their history in SQLite. */
export function createAlarmStore(db: DatabaseSync) {
  const save = db.prepare("INSERT OR REPLACE INTO alarm VALUES (?, ?)");
  const remove = db.prepare("DELETE FROM alarm WHERE name = ?");
  const remember = db.prepare("INSERT INTO alarm_history (alarm, at, type, summary, data) VALUES (?, ?, ?, ?, ?)");
  return {
    /** What cannot be read any more is left out. */
    load: (): Alarm[] =>
      db
        .prepare("SELECT body FROM alarm")
        .all()
        .flatMap((row) => parseAlarm(String(row["body"]))),
    save({ definition, ...rest }: Alarm): void {
      save.run(definition.name, JSON.stringify({ definition: renderDefinition(definition), ...rest }));
    },
    remove: (name: string) => void remove.run(name),
    remember: ({ alarm, at, type, summary, data }: HistoryItem) => void remember.run(alarm, at, type, summary, data),
    history(query: HistoryQuery): HistoryItem[] {
      const conditions: [string, string | number | undefined][] = [
        ["at >= ?", query.from],
        ["at <= ?", query.to],
        ["alarm = ?", query.alarm],
        ["type = ?", query.type],
      ];
      const given = conditions.flatMap(([condition, value]) => (value === undefined ? [] : [{ condition, value }]));
      const where = ["TRUE", ...given.map(({ condition }) => condition)];
      const order = query.descending ? "DESC" : "ASC";
      const sql = `SELECT * FROM alarm_history WHERE ${where.join(" AND ")} ORDER BY at ${order}, id ${order} LIMIT ? OFFSET ?`;
      return db
        .prepare(sql)
        .all(...given.map(({ value }) => value), query.limit, query.offset)
        .map((row) => ({
          alarm: String(row["alarm"]),
          at: Number(row["at"]),
          type: String(row["type"]),
          summary: String(row["summary"]),
          data: String(row["data"]),
        }));
    },
  };
}

export type AlarmStore = ReturnType<typeof createAlarmStore>;

function parseAlarm(body: string): Alarm[] {
  const stored: unknown = JSON.parse(body);
  if (!isObject(stored)) return [];
  const { definition, state, tags, updatedAt } = stored;
  if (!isObject(definition) || !isObject(state) || !isObject(tags)) return [];
  return [
    {
      definition: readAlarm(new Input(definition)),
      state: parseState(state),
      tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])),
      updatedAt: Number(updatedAt),
    },
  ];
}

function parseState(state: Record<string, unknown>): AlarmState {
  const { value, reason, reasonData, updatedAt, transitionedAt } = state;
  return {
    value: STATES.find((item) => item === value) ?? "INSUFFICIENT_DATA",
    reason: String(reason),
    ...(typeof reasonData === "string" ? { reasonData } : {}),
    updatedAt: Number(updatedAt),
    transitionedAt: Number(transitionedAt),
  };
}

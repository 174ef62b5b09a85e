import type { LocalContext } from "../../context.ts";
import type { MetricStore } from "../store.ts";
import { type Alarm, type AlarmState, renderDefinition } from "./alarm.ts";
import type { AlarmDefinition } from "./definition.ts";
import { evaluateAlarm, type Evaluation } from "./evaluate.ts";
import { reasonDataOf, reasonOf } from "./reason.ts";
import type { AlarmStore, HistoryItem, HistoryQuery, HistoryType } from "./store.ts";
import { boundary, intervalOf, slotsOf, watchedPoints } from "./watch.ts";

const INITIAL_REASON = "Unchecked: Initial alarm creation";

export interface AlarmsDeps {
  ctx: LocalContext;
  metrics: MetricStore;
  store: AlarmStore;
  /** Takes in what the sources of metrics have so far. */
  collect(): void;
  /** The set of alarms changed, and with it how often they are evaluated. */
  onChange(): void;
}

/**
 * The alarms of a stack: their states follow their metrics. An alarm is evaluated at every full minute, at every ten seconds
 * where its period is shorter, over whole periods of wall time: data have wall time, so the stack's speed does not touch them.
 */
export class Alarms {
  readonly #deps: AlarmsDeps;
  readonly #alarms = new Map<string, Alarm>();
  /** When each was evaluated last, epoch milliseconds. */
  readonly #evaluated = new Map<string, number>();
  #warned = false;

  constructor(deps: AlarmsDeps) {
    this.#deps = deps;
    for (const alarm of deps.store.load()) this.#alarms.set(alarm.definition.name, alarm);
  }

  /** Milliseconds between evaluations; undefined while there is nothing to evaluate. */
  get interval(): number | undefined {
    if (this.#alarms.size === 0) return undefined;
    return Math.min(...[...this.#alarms.values()].map(({ definition }) => intervalOf(definition)));
  }

  get(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  /** By name. */
  list(): Alarm[] {
    return [...this.#alarms.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  /** @throws ValidationError when what an alarm watches is not one time series. */
  check(definition: AlarmDefinition): void {
    const now = this.#now();
    watchedPoints(this.#deps.metrics, definition, { from: now, to: now, now });
  }

  /** Creates an alarm, or replaces its definition and keeps its state. Tags count for a new one only, as on AWS. */
  put(definition: AlarmDefinition, tags: Record<string, string>): void {
    const now = this.#now();
    const known = this.#alarms.get(definition.name);
    const state: AlarmState = known?.state ?? {
      value: "INSUFFICIENT_DATA",
      reason: INITIAL_REASON,
      updatedAt: now,
      transitionedAt: now,
    };
    this.#save({ definition, state, tags: known?.tags ?? tags, updatedAt: now });
    // It is evaluated when the period has passed that it was made in.
    this.#evaluated.set(definition.name, boundary(definition, now));
    const shown = renderDefinition(definition);
    const data = known ? { type: "Update", updatedAlarm: shown } : { type: "Create", createdAlarm: shown };
    const summary = `Alarm "${definition.name}" ${known ? "updated" : "created"}`;
    this.#remember(definition.name, "ConfigurationUpdate", summary, { version: "1.0", ...data });
    this.#deps.onChange();
  }

  delete(name: string): void {
    const alarm = this.#alarms.get(name);
    if (!alarm) return;
    this.#alarms.delete(name);
    this.#evaluated.delete(name);
    this.#deps.store.remove(name);
    const data = { version: "1.0", type: "Delete", deletedAlarm: renderDefinition(alarm.definition) };
    this.#remember(name, "ConfigurationUpdate", `Alarm "${name}" deleted`, data);
    this.#deps.onChange();
  }

  /** Changes what an evaluation does not look at. */
  amend(alarm: Alarm, change: { actionsEnabled?: boolean; tags?: Record<string, string> }): void {
    const { actionsEnabled = alarm.definition.actionsEnabled, tags = alarm.tags } = change;
    this.#save({ ...alarm, definition: { ...alarm.definition, actionsEnabled }, tags });
  }

  setState(alarm: Alarm, to: Pick<AlarmState, "value" | "reason" | "reasonData">): void {
    const now = this.#now();
    const { name, actions, actionsEnabled } = alarm.definition;
    const from = alarm.state;
    const changed = from.value !== to.value;
    this.#save({ ...alarm, state: { ...to, updatedAt: now, transitionedAt: changed ? now : from.transitionedAt } });
    if (!changed) return;
    this.#remember(name, "StateUpdate", `Alarm updated from ${from.value} to ${to.value}`, {
      version: "1.0",
      oldState: historyState(from),
      newState: historyState(to),
    });
    if (actionsEnabled) for (const action of actions[to.value]) this.#act(name, to.value, action);
  }

  /** Evaluates the alarms for which a minute, or ten seconds, have begun since they were evaluated. */
  evaluate(): void {
    const now = this.#now();
    const due = this.list().filter(
      ({ definition }) => boundary(definition, now) > (this.#evaluated.get(definition.name) ?? -Infinity),
    );
    if (due.length === 0) return;
    this.#deps.collect();
    for (const alarm of due) {
      this.#evaluated.set(alarm.definition.name, boundary(alarm.definition, now));
      const evaluation = this.#evaluation(alarm.definition, now);
      if (!evaluation || evaluation.state === alarm.state.value) continue;
      this.setState(alarm, {
        value: evaluation.state,
        reason: reasonOf(alarm.definition, evaluation),
        reasonData: reasonDataOf(alarm.definition, evaluation, now),
      });
    }
  }

  history(query: HistoryQuery): HistoryItem[] {
    return this.#deps.store.history(query);
  }

  #evaluation(definition: AlarmDefinition, now: number): Evaluation | undefined {
    try {
      return evaluateAlarm(definition, slotsOf(this.#deps.metrics, definition, now));
    } catch {
      // Checked when it was put; should data make it impossible after all, its state stays and the others' go on.
      return undefined;
    }
  }

  #act(alarm: string, state: string, action: string): void {
    this.#remember(alarm, "Action", `The local stack does not deliver the action ${action}`, {
      actionState: "NotDelivered",
      stateUpdateValue: state,
      notificationResource: action,
    });
    if (this.#warned) return;
    this.#warned = true;
    this.#deps.ctx.emit({
      type: "warning",
      at: this.#now(),
      message: `The alarm ${alarm} is in state ${state}. The local stack delivers no alarm actions; they stand in the alarm's history.`,
    });
  }

  #save(alarm: Alarm): void {
    this.#alarms.set(alarm.definition.name, alarm);
    this.#deps.store.save(alarm);
  }

  #remember(alarm: string, type: HistoryType, summary: string, data: unknown): void {
    this.#deps.store.remember({ alarm, at: this.#now(), type, summary, data: JSON.stringify(data) });
  }

  #now(): number {
    return this.#deps.ctx.clock.now();
  }
}

function historyState({ value, reason, reasonData }: Pick<AlarmState, "value" | "reason" | "reasonData">) {
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData === undefined ? {} : { stateReasonData: parseJson(reasonData) }),
  };
}

/** SetAlarmState takes any text where JSON is meant. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

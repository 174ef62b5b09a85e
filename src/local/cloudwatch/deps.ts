import type { LocalContext } from "../context.ts";
import type { Alarms } from "./alarms/alarms.ts";
import type { Input } from "./input.ts";
import type { MetricStore } from "./store.ts";

/** What the actions work on. */
export interface Deps {
  ctx: LocalContext;
  store: MetricStore;
  alarms: Alarms;
  /** Takes in what the sources of metrics have so far, so that a read sees the present. */
  collect(): void;
}

/** One action of the API: a request in, a result out; an AwsError goes to the wire as it is. */
export type Action = (input: Input, deps: Deps) => object | undefined;

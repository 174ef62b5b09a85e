import type { LocalContext } from "../../context.ts";
import type { LogStore } from "../store.ts";

/** What the actions work on. */
export interface LogsDeps {
  ctx: LocalContext;
  store: LogStore;
}

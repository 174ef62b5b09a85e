import type { SecretInfo } from "../account.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** One secret of the stage: its name, never its value. */
export interface SecretShown extends SecretInfo {
  type: "secret";
  /** It is one the stage cannot do without, and is not there. */
  missing?: true;
}

export interface SecretsSummary extends SummaryBase<"secrets"> {
  action: "set" | "list" | "unset";
  app: string;
  stage: string;
  /** Of `set` and `unset`. */
  name?: string;
  /** Of `set`: there was none before. Of `unset`: there was one. */
  changed?: "created" | "replaced" | "removed" | "absent";
  /** Of `list`: how many there are. */
  count?: number;
  /** What else has to happen before it is in use. */
  notes: string[];
}

/** `stage`, `secret`* (of `list`), `summary`. */
export type SecretsEvent = StageShown | SecretShown | SecretsSummary;

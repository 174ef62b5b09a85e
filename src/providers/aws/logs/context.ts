import type { StageOutputs } from "../../../contract/resources.ts";
import type { StageContext } from "../context.ts";

/** What reading logs needs of an open stage. */
export type LogsContext = Pick<StageContext, "clients" | "place" | "clock"> & {
  outputs: Pick<StageOutputs, "account" | "region">;
};

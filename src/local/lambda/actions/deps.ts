import type { LocalContext } from "../../context.ts";
import type { ObjectSource } from "../../interfaces.ts";
import type { Mappings } from "../../mapping/types.ts";
import type { AsyncInvoker } from "../async-invoke.ts";
import type { CodeStore } from "../code-store.ts";
import type { Host } from "../host.ts";

/** What the actions work on. */
export interface ActionDeps {
  ctx: LocalContext;
  host: Host;
  code: CodeStore;
  objects?: ObjectSource;
  asynchronous: AsyncInvoker;
  /** @throws AwsError while nobody has joined the mappings to this service. */
  mappings(): Mappings;
}

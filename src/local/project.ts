import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { ResolvedConfig } from "../contract/config.ts";
import {
  type FunctionRole,
  logGroupName,
  type ResourceNames,
  resourceNames,
  STAGE_TOKEN,
  type StageOutputs,
  WEBHOOK_SECRET,
} from "../contract/resources.ts";
import { settingsToEnvironment, stageSettings } from "../contract/settings.ts";
import { TIME_INDEX } from "../contract/table.ts";
import { createHttpApi } from "./apigateway/http.ts";
import { createSocketApi } from "./apigateway/socket.ts";
import { createBundler } from "./bundle/index.ts";
import type { LocalContext } from "./context.ts";
import { modelEnvironment } from "./environment.ts";
import type { Services } from "./services.ts";
import type { ProjectOptions } from "./stack.ts";

/** A project at work on a local stack. */
export interface Deployment {
  outputs: StageOutputs;
  /** The stage's token: `Authorization: Bearer`. */
  token: string;
  /** `whsec_...`. */
  webhookSecret: string;
  /** True when the offline model answers. */
  offline: boolean;
  close(): Promise<void>;
}

import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionRole, ResourceNames } from "../contract/resources.ts";
import { createBundler } from "./bundle/index.ts";
import type { LocalContext } from "./context.ts";
import type { Services } from "./services.ts";
import type { ProjectOptions } from "./stack.ts";

/** Where each function's code lies, and what keeps it current. */
export interface CodeSources {
  dir(role: FunctionRole): string;
  /** Builds what must be built and watches it; a function's first call waits for its first build. */
  start(functions: ResourceNames["functions"]): void;
  close(): Promise<void>;
}

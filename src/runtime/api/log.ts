import type { Settings } from "../../contract/settings.ts";
import { createLogger, type Logger, writeToStdout } from "../log/logger.ts";

/** The functions' log: a JSON object a line. */
export function createLog({ app, stage }: Pick<Settings, "app" | "stage">): Logger {
  return createLogger({ write: writeToStdout, level: process.env["AWS_LAMBDA_LOG_LEVEL"] }, { app, stage });
}

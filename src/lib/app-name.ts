import { UsageError } from "../contract/errors.ts";
import { APP_PATTERN, APP_RULE } from "../contract/names.ts";

/** @param example a name that would do. @throws UsageError `APP_INVALID`. */
export function checkAppName(app: string, example?: string): void {
  if (APP_PATTERN.test(app)) return;
  throw new UsageError(`"${app}" cannot be the name of an app.`, {
    code: "APP_INVALID",
    where: "--app",
    hint: [`Use ${APP_RULE}.`, ...(example === undefined ? [] : [`For example: --app ${example}`])],
  });
}

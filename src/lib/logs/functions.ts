import { UsageError } from "../../contract/errors.ts";
import { FUNCTION_ROLES, logGroupName, type StageOutputs } from "../../contract/resources.ts";

export interface LoggedFunction {
  /** Short: `worker`. */
  name: string;
  group: string;
}

/** @returns the functions that are meant, by their short names or as AWS knows them; all when none is named. */
export function chooseFunctions(names: readonly string[], { functions, stage }: StageOutputs): LoggedFunction[] {
  const all = FUNCTION_ROLES.map((role) => ({
    name: role,
    full: functions[role],
    group: logGroupName(functions[role]),
  }));
  for (const name of names) {
    if (all.some((one) => one.name === name || one.full === name)) continue;
    throw new UsageError(`The stage ${stage} has no function "${name}".`, {
      code: "FUNCTION_UNKNOWN",
      where: "--function",
      hint: `It has: ${all.map((one) => one.name).join(", ")}`,
    });
  }
  return all
    .filter(({ name, full }) => names.length === 0 || names.includes(name) || names.includes(full))
    .map(({ name, group }) => ({ name, group }));
}

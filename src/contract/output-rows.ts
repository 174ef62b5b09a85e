import type { StageOutputs } from "./resources.ts";

/** @returns every output by its name; those of functions as `functions.worker`. */
export function outputRows({ functions, ...outputs }: StageOutputs): [string, string][] {
  return [
    ...Object.entries(outputs).map(([name, value]): [string, string] => [name, String(value)]),
    ...Object.entries(functions).map(([role, name]): [string, string] => [`functions.${role}`, name]),
  ];
}

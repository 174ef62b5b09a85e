import { AbortError } from "../../contract/errors.ts";
import { thousands } from "../../contract/thousands.ts";

export interface TemplateValue {
  Parameters?: Record<string, unknown>;
  Resources: Record<string, Record<string, unknown>>;
}

/** Far above what CloudFormation takes of anything; aliases of aliases make more of a few lines. */
const MOST_VALUES = 500_000;
/** Of CloudFormation's language extensions: it makes resources and is a list. */
const LOOP = "Fn::ForEach::";

/**
 * Checks what we read of a template ourselves; all else is CloudFormation's to judge.
 * @param lines of the resources, from 1.
 * @throws AbortError `IAC_INVALID` with the line.
 */
export function checkTemplate(value: unknown, file: string, lines: Record<string, number>): TemplateValue {
  if (!isMapping(value)) throw invalidTemplate("it is no mapping", file);
  refuseEndless(value, file);
  const { Parameters: parameters, Resources: resources } = value;
  if (resources === undefined || resources === null) throw invalidTemplate("it has no Resources", file);
  const sections = [
    ["Resources", resources],
    ["Parameters", parameters ?? (parameters === null ? null : {})],
  ] as const;
  for (const [name, section] of sections) {
    if (!isMapping(section)) throw invalidTemplate(`its ${name} are ${kindOf(section)}`, file);
    for (const [id, item] of Object.entries(section)) {
      if (id.startsWith(LOOP)) continue;
      const line = name === "Resources" ? lines[id] : undefined;
      const where = line === undefined ? file : `${file}:${line}`;
      if (!isMapping(item)) throw invalidTemplate(`${id} of its ${name} is ${kindOf(item)}`, where);
      const { Properties: properties } = item;
      if (properties !== undefined && !isMapping(properties))
        throw invalidTemplate(`the Properties of ${id} are ${kindOf(properties)}`, where);
    }
  }
  if (!isTemplate(value) || Object.keys(value.Resources).length === 0)
    throw invalidTemplate("it has no Resources", file);
  return value;
}

export function invalidTemplate(reason: string, where: string, cause?: unknown): AbortError {
  return new AbortError(`The template cannot be used: ${reason}.`, {
    code: "IAC_INVALID",
    where,
    hint: "Mend it and run the command again; nothing was changed.",
    ...(cause === undefined ? {} : { cause }),
  });
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** By the checks above. */
function isTemplate(value: Record<string, unknown>): value is Record<string, unknown> & TemplateValue {
  return isMapping(value["Resources"]);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "empty";
  const kind = Array.isArray(value) ? "list" : typeof value === "string" ? "text" : typeof value;
  return `a ${kind}, not a mapping`;
}

/** An alias may stand within what it names, or for so much that no memory holds it. */
function refuseEndless(root: unknown, file: string): void {
  let values = 0;
  const above = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (++values > MOST_VALUES)
      throw invalidTemplate(`it has more than ${thousands(MOST_VALUES)} values, with those that aliases repeat`, file);
    if (typeof value !== "object" || value === null) return;
    if (above.has(value)) throw invalidTemplate("an alias stands within what it names", file);
    above.add(value);
    for (const item of Object.values(value)) visit(item);
    above.delete(value);
  };
  visit(root);
}

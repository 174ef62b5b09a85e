import { readFile } from "node:fs/promises";
import { AbortError } from "../../contract/errors.ts";

/** A CloudFormation template of a project. */
export interface Template {
  /** Absolute. */
  file: string;
  /** In CloudFormation's long form. */
  value: TemplateValue;
  /** Lines of the resources, from 1, by their logical ids: for messages. */
  lines: Record<string, number>;
}

interface TemplateValue {
  Parameters: Record<string, unknown>;
  Resources: Record<string, Record<string, unknown>>;
}

/** The worker's function, which alone has an environment of its own. */
const WORKER = "AiWorker";

/** @throws AbortError `IAC_INVALID` naming file, line and what is wrong. */
export async function readTemplate(file: string): Promise<Template> {
  const text = await readFile(file, "utf8");
  const { loadTemplate } = await import("./template-tags.ts");
  let value: unknown;
  try {
    value = loadTemplate(text);
  } catch (error) {
    throw invalidTemplate(reasonOf(error), `${file}${placeOf(error)}`, error);
  }
  if (!isTemplate(value)) throw invalidTemplate("it has no Resources", file);
  return { file, value, lines: linesOf(text) };
}

/**
 * @returns the template as JSON, with the worker's own environment in it.
 *
 * Parameters that are numbers are written in as numbers too: as text, which is what a parameter is, servers that are
 * AWS-compatible but for that take them for something else.
 * @throws AbortError `IAC_INVALID` when an environment has no worker to go to.
 */
export function renderTemplate(
  { value, file }: Template,
  environment: Record<string, string>,
  parameters: readonly { ParameterKey: string; ParameterValue: string }[],
): string {
  const numbers = new Map(
    parameters
      .filter(({ ParameterKey }) => member(value.Parameters[ParameterKey], "Type") === "Number")
      .map(({ ParameterKey, ParameterValue }) => [ParameterKey, Number(ParameterValue)]),
  );
  const resources = Object.fromEntries(
    Object.entries(value.Resources).map(([id, resource]) => [id, withNumbers(resource, numbers)]),
  );
  if (Object.keys(environment).length > 0) addEnvironment(resources[WORKER], environment, file);
  return JSON.stringify({ ...value, Resources: resources });
}

function addEnvironment(worker: unknown, environment: Record<string, string>, file: string): void {
  const properties = member(worker, "Properties");
  if (typeof properties !== "object" || properties === null)
    throw invalidTemplate(`it has no function ${WORKER}, whose environment the configuration sets`, file);
  const variables = member(member(properties, "Environment"), "Variables");
  Object.assign(properties, {
    Environment: { Variables: { ...(typeof variables === "object" ? variables : {}), ...environment } },
  });
}

function withNumbers(value: unknown, numbers: ReadonlyMap<string, number>): unknown {
  if (Array.isArray(value)) return value.map((item) => withNumbers(item, numbers));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first && entries.length === 1 && first[0] === "Ref") return numbers.get(String(first[1])) ?? value;
  return Object.fromEntries(entries.map(([key, item]) => [key, withNumbers(item, numbers)]));
}

function isTemplate(value: unknown): value is TemplateValue {
  const resources = member(value, "Resources");
  return typeof resources === "object" && resources !== null && Object.keys(resources).length > 0;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** Where resources begin, by their indentation: two spaces, or whatever the first of them has. */
function linesOf(text: string): Record<string, number> {
  const lines: Record<string, number> = {};
  const all = text.split("\n");
  const start = all.findIndex((line) => /^"?Resources"?\s*:/.test(line.trim()));
  let indent: string | undefined;
  for (const [index, line] of all.slice(start + 1).entries()) {
    const [, space, id] = /^(\s+)"?([A-Za-z0-9]+)"?\s*:/.exec(line) ?? [];
    if (space === undefined || id === undefined) continue;
    indent ??= space;
    if (space === indent) lines[id] ??= start + index + 2;
  }
  return lines;
}

function reasonOf(error: unknown): string {
  const reason = member(error, "reason");
  if (typeof reason === "string") return reason;
  return error instanceof Error ? error.message : String(error);
}

/** @returns `:12:5`, where the parser says it. */
function placeOf(error: unknown): string {
  const mark = error instanceof Error && "mark" in error ? error.mark : undefined;
  const [line, column] = [member(mark, "line"), member(mark, "column")];
  return typeof line === "number" && typeof column === "number" ? `:${line + 1}:${column + 1}` : "";
}

function invalidTemplate(reason: string, where: string, cause?: unknown): AbortError {
  return new AbortError(`The template cannot be used: ${reason}.`, {
    code: "IAC_INVALID",
    where,
    hint: "Mend it and run the command again; nothing was changed.",
    ...(cause === undefined ? {} : { cause }),
  });
}

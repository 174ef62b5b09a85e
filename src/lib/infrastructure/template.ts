import { readFile } from "node:fs/promises";
import { messageOf } from "../../contract/errors.ts";
import { member } from "../../contract/json.ts";
import type { StackParameter } from "../../contract/variables.ts";
import { checkTemplate, invalidTemplate, isMapping, type TemplateValue } from "./check-template.ts";

/** A CloudFormation template of a project. */
export interface Template {
  /** Absolute. */
  file: string;
  /** In CloudFormation's long form. */
  value: TemplateValue;
  /** Lines of the resources, from 1, by their logical ids: for messages. */
  lines: Record<string, number>;
}

/** The worker's function, which alone has an environment of its own. */
const WORKER = "AiWorker";

/** @throws AbortError `IAC_INVALID` naming file, line and what is wrong. */
export async function readTemplate(file: string): Promise<Template> {
  const text = await readText(file);
  const { loadTemplate } = await import("./template-tags.ts");
  let value: unknown;
  try {
    value = loadTemplate(text);
  } catch (error) {
    throw invalidTemplate(reasonOf(error), `${file}${placeOf(error)}`, error);
  }
  const lines = linesOf(text);
  return { file, value: checkTemplate(value, file, lines), lines };
}

async function readText(file: string): Promise<string> {
  let data: Uint8Array;
  try {
    data = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw invalidTemplate(
      code === "EISDIR" ? "it is a folder" : `it cannot be read (${messageOf(error)})`,
      file,
      error,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch (error) {
    throw invalidTemplate("it is not in UTF-8", file, error);
  }
}

/** What is known when a template is deployed; all of it absent when it is only built. */
export interface Rendering {
  /** The worker's own environment. */
  environment: Record<string, string>;
  /**
   * Names of resources that outlive the stack are written out: CloudFormation takes over what is there already only by a
   * name that it need not work out. `AWS::AccountId` and `AWS::Region` are among them.
   */
  names?: ReadonlyMap<string, string>;
  /**
   * Parameters that are numbers are written in as numbers, by their default where they are not among these. AWS does that
   * itself; servers that are AWS-compatible but for that take a parameter's text for something else.
   */
  numbers?: readonly StackParameter[];
}

/**
 * @returns the template as JSON, with the worker's own environment in it.
 * @throws AbortError `IAC_INVALID` when an environment has no worker to go to.
 */
export function renderTemplate({ value, file }: Template, rendering: Rendering): string {
  const { environment, names = new Map<string, string>(), numbers } = rendering;
  const written = numbers ? numbersOf(value.Parameters ?? {}, numbers) : new Map<string, number>();
  const resources = Object.fromEntries(
    Object.entries(value.Resources).map(([id, resource]) => {
      const outlives = String(resource["DeletionPolicy"]).startsWith("Retain");
      return [id, withNumbers(outlives ? withName(resource, names) : resource, written)];
    }),
  );
  if (Object.keys(environment).length > 0) addEnvironment(resources[WORKER], environment, file);
  return JSON.stringify({ ...value, Resources: resources });
}

/** @returns those of the parameters that the template has: its owner may have taken some out. */
export function declared({ value }: Template, parameters: readonly StackParameter[]): StackParameter[] {
  return parameters.filter(({ ParameterKey }) => value.Parameters?.[ParameterKey] !== undefined);
}

function numbersOf(declarations: Record<string, unknown>, given: readonly StackParameter[]): Map<string, number> {
  const values = new Map(given.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]));
  return new Map(
    Object.entries(declarations).flatMap(([name, declaration]): [string, number][] => {
      const number = Number(values.get(name) ?? member(declaration, "Default"));
      return member(declaration, "Type") === "Number" && Number.isFinite(number) ? [[name, number]] : [];
    }),
  );
}

function addEnvironment(worker: unknown, environment: Record<string, string>, file: string): void {
  const properties = member(worker, "Properties");
  if (!isMapping(properties))
    throw invalidTemplate(`it has no function ${WORKER}, whose environment the configuration sets`, file);
  const before = properties["Environment"] ?? {};
  const variables = member(before, "Variables") ?? {};
  if (!isMapping(before) || !isMapping(variables))
    throw invalidTemplate(
      `the Environment of ${WORKER}, to which the configuration adds, has no mapping of Variables`,
      file,
    );
  Object.assign(properties, { Environment: { Variables: { ...variables, ...environment } } });
}

function withNumbers(value: unknown, numbers: ReadonlyMap<string, number>): unknown {
  if (Array.isArray(value)) return value.map((item) => withNumbers(item, numbers));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first && entries.length === 1 && first[0] === "Ref") return numbers.get(String(first[1])) ?? value;
  // An environment holds text alone.
  return Object.fromEntries(
    entries.map(([key, item]) => [key, key === "Variables" ? item : withNumbers(item, numbers)]),
  );
}

const NAMES = ["BucketName", "TableName"];

/** @returns the resource with its name written out, where all that it is made of is known. */
function withName(resource: Record<string, unknown>, values: ReadonlyMap<string, string>): Record<string, unknown> {
  const { Properties: properties } = resource;
  if (typeof properties !== "object" || properties === null) return resource;
  const named = Object.entries(properties).map(([key, item]: [string, unknown]): [string, unknown] => {
    const text = NAMES.includes(key) ? member(item, "Fn::Sub") : undefined;
    if (typeof text !== "string") return [key, item];
    const name = text.replaceAll(/\$\{([^}]+)\}/g, (part, of: string) => values.get(of) ?? part);
    return [key, name.includes("${") ? item : name];
  });
  return { ...resource, Properties: Object.fromEntries<unknown>(named) };
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
  return messageOf(error);
}

/** @returns `:12:5`, where the parser says it. */
function placeOf(error: unknown): string {
  const mark = error instanceof Error && "mark" in error ? error.mark : undefined;
  const [line, column] = [member(mark, "line"), member(mark, "column")];
  return typeof line === "number" && typeof column === "number" ? `:${line + 1}:${column + 1}` : "";
}

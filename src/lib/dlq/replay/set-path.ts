import { UsageError } from "../../../contract/errors.ts";
import { jsonOrText, parseJson } from "../../../contract/json.ts";
import type { Json } from "../../../contract/task.ts";

/** One `--set`: what stands at a path from then on. */
export interface Setting {
  path: (string | number)[];
  value: Json;
}

/** A name, a place in a list, or a name in quotes that holds what else would end it. */
const STEP = /\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\.?\["((?:[^"\\]|\\.)*)"\]/y;

/**
 * @param text `input.model=gpt-5`, `input.items[0].name="x"`, `metadata["a.b"]=null`; a value that is JSON is taken as such.
 * @throws UsageError `SET_INVALID`.
 */
export function parseSetting(text: string): Setting {
  const path: Setting["path"] = [];
  STEP.lastIndex = 0;
  let end = 0;
  for (let match = STEP.exec(text); match; match = STEP.exec(text)) {
    const [, name, index, quoted] = match;
    path.push(index !== undefined ? Number(index) : (name ?? unquoted(quoted ?? "")));
    end = STEP.lastIndex;
  }
  if (path.length === 0 || typeof path[0] === "number" || text[end] !== "=") {
    throw new UsageError(`"${text}" is not a path and a value.`, {
      code: "SET_INVALID",
      where: "--set",
      hint: [
        ...(end > 0 && text.includes("=") ? [text, `${" ".repeat(end)}^`] : []),
        "Write --set input.model=gpt-5, --set 'input.items[0]={\"a\":1}' or --set 'metadata[\"a.b\"]=null'",
      ],
    });
  }
  return { path, value: jsonOrText(text.slice(end + 1)) };
}

/** @returns the value with the setting's in its place; what is not there on the way to it is made. @throws Error that says why not. */
export function applySetting(target: Json | undefined, { path, value }: Setting): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const next = (inner: Json | undefined) => applySetting(inner, { path: rest, value });
  if (typeof step === "number") {
    const list = target === undefined || target === null ? [] : target;
    if (!Array.isArray(list)) throw new Error(`[${step}] is of a list, and there is none`);
    if (step > list.length) throw new Error(`[${step}] is beyond the list, which has ${list.length}`);
    return [...list.slice(0, step), next(list[step]), ...list.slice(step + 1)];
  }
  const object = target === undefined || target === null ? {} : target;
  if (typeof object !== "object" || Array.isArray(object))
    throw new Error(`${step} is of an object, and there is none`);
  const members = new Map(Object.entries(object));
  members.set(step, next(members.get(step)));
  return Object.fromEntries(members);
}

function unquoted(text: string): string {
  const value = parseJson(`"${text}"`);
  return typeof value === "string" ? value : text;
}

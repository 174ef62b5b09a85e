import type { AttributeChange } from "../../contract/infrastructure.ts";
import { jsonOrText } from "../../contract/json.ts";
import type { Json } from "../../contract/task.ts";

/** A resource before and after, as `show -json` writes them; `unknown` and the private ones are true where a value is so. */
export interface Sides {
  before: Json;
  after: Json;
  unknown: Json;
  privateBefore: Json;
  privateAfter: Json;
}

/**
 * @returns the attributes that differ, each leaf by its path; private values are left out and marked. A policy is JSON within
 * a text: it is compared as what it means.
 */
export function differences(sides: Sides, replaces: readonly string[], path = ""): AttributeChange[] {
  const { before, after, unknown, privateBefore, privateAfter } = sides;
  if (privateBefore === true || privateAfter === true)
    return same(before, after) && unknown !== true ? [] : [{ path, private: true, ...mark(path, replaces) }];
  if (unknown === true) return [{ path, ...side("before", before), unknown: true, ...mark(path, replaces) }];
  const left = opened(before);
  const right = opened(after);
  if (isContainer(left) && isContainer(right) && Array.isArray(left) === Array.isArray(right)) {
    const names = [...new Set([...Object.keys(left), ...Object.keys(right), ...namesOf(unknown)])];
    return names.flatMap((name) =>
      differences(
        {
          before: memberOf(left, name),
          after: memberOf(right, name),
          unknown: memberOf(unknown, name),
          privateBefore: memberOf(privateBefore, name),
          privateAfter: memberOf(privateAfter, name),
        },
        replaces,
        join(path, name, Array.isArray(left)),
      ),
    );
  }
  if (same(left, right)) return [];
  return [{ path, ...side("before", before), ...side("after", after), ...mark(path, replaces) }];
}

function side(name: "before" | "after", value: Json): Partial<AttributeChange> {
  return value === null ? {} : { [name]: value };
}

const mark = (path: string, replaces: readonly string[]) =>
  replaces.some((other) => path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`))
    ? { replaces: true as const }
    : {};

const join = (path: string, name: string, isItem: boolean) =>
  isItem ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;

/** Texts that hold an object or a list. */
function opened(value: Json): Json {
  return typeof value === "string" && /^\s*[[{]/.test(value) ? jsonOrText(value) : value;
}

function isContainer(value: Json): value is Json[] | { [name: string]: Json } {
  return typeof value === "object" && value !== null;
}

const namesOf = (value: Json) => (isContainer(value) ? Object.keys(value) : []);

function memberOf(value: Json, name: string): Json {
  return isContainer(value) ? (Object.entries(value).find(([key]) => key === name)?.[1] ?? null) : null;
}

function same(a: Json, b: Json): boolean {
  if (!isContainer(a) || !isContainer(b)) return a === b;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return (
    Array.isArray(a) === Array.isArray(b) && [...names].every((name) => same(memberOf(a, name), memberOf(b, name)))
  );
}

import { isObject } from "../wire/objects.ts";

/**
 * Makes the plainest value that fits a JSON Schema: texts are the answer (or the first of an enum), numbers as near 0 as
 * they may be, lists as short as they may be. What the offline model gives where structured output is asked for.
 */
export function fillSchema(schema: unknown, text: string, root: unknown = schema, depth = 0): unknown {
  if (!isObject(schema) || depth > 12) return null;
  if (typeof schema["$ref"] === "string") return fillSchema(resolve(root, schema["$ref"]), text, root, depth + 1);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  for (const word of ["anyOf", "oneOf", "allOf"]) {
    const options = schema[word];
    if (Array.isArray(options)) return fillSchema(options[0], text, root, depth + 1);
  }
  const type: unknown = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  if (type === "string") return typeof schema["maxLength"] === "number" ? text.slice(0, schema["maxLength"]) : text;
  if (type === "number" || type === "integer") return fitNumber(schema);
  if (type === "boolean") return false;
  if (type === "array") {
    const least = typeof schema["minItems"] === "number" ? schema["minItems"] : 0;
    return Array.from({ length: Math.min(least, 100) }, () => fillSchema(schema["items"], text, root, depth + 1));
  }
  if (type === "object" || isObject(schema["properties"])) {
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    return Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, fillSchema(value, text, root, depth + 1)]),
    );
  }
  return null;
}

function fitNumber(schema: Record<string, unknown>): number {
  const { minimum, maximum } = schema;
  if (typeof minimum === "number" && minimum > 0) return minimum;
  return typeof maximum === "number" && maximum < 0 ? maximum : 0;
}

function resolve(root: unknown, pointer: string): unknown {
  let value: unknown = root;
  for (const part of pointer
    .replace(/^#\/?/, "")
    .split("/")
    .filter((item) => item !== ""))
    value = isObject(value) ? value[part] : undefined;
  return value;
}

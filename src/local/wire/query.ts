import { AwsError } from "../context.ts";
import { escapeXml } from "./xml-error.ts";

/*
 * AWS's query protocol, as older clients speak it: a form with `MetricData.member.1.Value=5` in, XML out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */

const MAX_DEPTH = 16;

interface Node {
  value: string | undefined;
  children: Map<string, Node>;
}

/**
 * Reads a form's fields into nested members. Every leaf is a string.
 * @throws AwsError `MalformedQueryString` when names nest too deeply.
 */
export function parseQuery(fields: URLSearchParams): Record<string, unknown> {
  const root: Node = { value: undefined, children: new Map() };
  for (const [name, value] of fields) {
    const steps = name.split(".");
    if (steps.length > MAX_DEPTH)
      throw new AwsError("MalformedQueryString", "The query string's names are nested too deeply.");
    let node = root;
    for (const step of steps) {
      let child = node.children.get(step);
      if (!child) node.children.set(step, (child = { value: undefined, children: new Map() }));
      node = child;
    }
    node.value = value;
  }
  return members(root);
}

function members(node: Node): Record<string, unknown> {
  return Object.fromEntries([...node.children].map(([name, child]) => [name, plain(child)]));
}

function plain(node: Node): unknown {
  if (node.children.size === 0) return node.value;
  const items = node.children.get("member");
  if (!items) return members(node);
  const ordered = [...items.children].sort(([a], [b]) => Number(a) - Number(b));
  return ordered.map(([, item]) => plain(item));
}

/** A result's members as XML: lists of `<member>`, a Map as `<entry>`s, a Date in ISO 8601. What is undefined is left out. */
export function writeXml(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${writeXml(item)}</member>`).join("");
  if (value instanceof Map) {
    return [...value]
      .map(([key, item]) => `<entry><key>${escapeXml(String(key))}</key><value>${writeXml(item)}</value></entry>`)
      .join("");
  }
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => `<${name}>${writeXml(item)}</${name}>`)
      .join("");
  }
  return typeof value === "string" ? escapeXml(value) : JSON.stringify(value);
}

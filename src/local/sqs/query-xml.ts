import { escapeXml } from "../wire/xml-error.ts";
import { isObject } from "./input.ts";

const NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/";

/** Elements of lists, by the member's name in JSON; `Successful` has the operation's name before it. */
const LISTS: Readonly<Record<string, string>> = {
  QueueUrls: "QueueUrl",
  queueUrls: "QueueUrl",
  Messages: "Message",
  Results: "ListMessageMoveTasksResultEntry",
  Failed: "BatchResultErrorEntry",
};
const SUCCESSFUL = "Successful";

/** Elements of maps, and what they call their keys. */
const MAPS: Readonly<Record<string, { element: string; key: string }>> = {
  Attributes: { element: "Attribute", key: "Name" },
  Tags: { element: "Tag", key: "Key" },
  MessageAttributes: { element: "MessageAttribute", key: "Name" },
};

/** @param result of the JSON action; undefined for the operations that answer nothing. */
export function queryAnswer(action: string, result: unknown, requestId: string): string {
  const body = isObject(result) ? `<${action}Result>${members(action, result)}</${action}Result>` : "";
  return (
    `<?xml version="1.0"?><${action}Response xmlns="${NAMESPACE}">${body}` +
    `<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata></${action}Response>`
  );
}

function members(action: string, value: Record<string, unknown>): string {
  return Object.entries(value)
    .map(([name, member]) => {
      if (Array.isArray(member)) {
        const element = name === SUCCESSFUL ? `${action}ResultEntry` : (LISTS[name] ?? name);
        return member.map((item) => wrap(element, content(action, item))).join("");
      }
      const map = Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
      if (!map || !isObject(member)) return member === undefined ? "" : wrap(name, content(action, member));
      return Object.entries(member)
        .map(([key, item]) => wrap(map.element, wrap(map.key, escapeXml(key)) + wrap("Value", content(action, item))))
        .join("");
    })
    .join("");
}

function content(action: string, value: unknown): string {
  return isObject(value) ? members(action, value) : escapeXml(String(value));
}

function wrap(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`;
}

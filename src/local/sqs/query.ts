import { AwsError } from "../context.ts";
import { type Exchange, noteError } from "../exchange.ts";
import type { JsonAction } from "../wire/json.ts";
import { queryError } from "../wire/xml-error.ts";
import type { Input } from "./input.ts";
import { queryAnswer } from "./query-xml.ts";

/*
 * The query protocol of old, on top of the JSON actions: forms in, XML out. SDKs spoke it until November 2023, and pinned
 * ones, some languages' clients and `curl` still do. Names are those of the API model before it turned to JSON.
 */

/** A list `Name.1`, `Name.2`, and the member it is in JSON. */
const LISTS: Readonly<Record<string, string>> = {
  AWSAccountId: "AWSAccountIds",
  ActionName: "Actions",
  AttributeName: "AttributeNames",
  MessageAttributeName: "MessageAttributeNames",
  MessageSystemAttributeName: "MessageSystemAttributeNames",
  TagKey: "TagKeys",
  SendMessageBatchRequestEntry: "Entries",
  DeleteMessageBatchRequestEntry: "Entries",
  ChangeMessageVisibilityBatchRequestEntry: "Entries",
};

/** A map `Name.1.<key>`, `Name.1.Value`. */
const MAPS: Readonly<Record<string, { member: string; key: string }>> = {
  Attribute: { member: "Attributes", key: "Name" },
  Tag: { member: "Tags", key: "Key" },
  MessageAttribute: { member: "MessageAttributes", key: "Name" },
  MessageSystemAttribute: { member: "MessageSystemAttributes", key: "Name" },
};

const INTEGERS = new Set([
  "DelaySeconds",
  "MaxNumberOfMessages",
  "MaxNumberOfMessagesPerSecond",
  "MaxResults",
  "VisibilityTimeout",
  "WaitTimeSeconds",
]);

/** Serves one request of the query protocol; errors carry the codes of old. */
export async function serveQuery(exchange: Exchange, actions: Readonly<Record<string, JsonAction>>): Promise<void> {
  let status = 200;
  let xml: string;
  try {
    const fields = await readFields(exchange);
    const name = fields.get("Action") ?? "";
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) throw new AwsError("InvalidAction", `The action ${name || "(none)"} is not valid for this endpoint.`);
    const result = await action(toInput(fields, exchange.url.pathname), exchange);
    xml = queryAnswer(name, result, exchange.requestId);
  } catch (error) {
    noteError(exchange, error);
    const known =
      error instanceof AwsError
        ? error
        : new AwsError("InternalFailure", "The local stack failed on this request.", { status: 500 });
    status = known.status;
    const type = status < 500 ? "Sender" : "Receiver";
    xml = queryError(known.queryCode ?? known.code, known.message, exchange.requestId, type);
  }
  const { res } = exchange;
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, {
    "content-type": "text/xml",
    "content-length": Buffer.byteLength(xml),
    "x-amzn-requestid": exchange.requestId,
  });
  res.end(xml);
}

async function readFields({ req, url, body }: Exchange): Promise<URLSearchParams> {
  return req.method === "POST" ? new URLSearchParams((await body()).toString("utf8")) : url.searchParams;
}

/** @returns the members of the request, as its JSON form would have them. A path that is not the root names the queue. */
function toInput(fields: URLSearchParams, pathname: string): Input {
  const root: Node = { children: new Map() };
  for (const [name, value] of fields) {
    let node = root;
    for (const part of name.split(".")) {
      const next = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, next);
      node = next;
    }
    node.value = value;
  }
  const input = structureOf(root);
  return pathname === "/" ? input : { QueueUrl: pathname, ...input };
}

interface Node {
  value?: string;
  children: Map<string, Node>;
}

/** An empty list or map travels as its member's name without a value. */
const MEMBERS = new Set([...Object.values(LISTS), ...Object.values(MAPS).map(({ member }) => member), "tags"]);

function structureOf(node: Node): Input {
  const given = [...node.children].filter(([name, child]) => !(MEMBERS.has(name) && child.value === ""));
  return Object.fromEntries(
    given.map(([name, child]): [string, unknown] => {
      const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
      if (list !== undefined) return [list, itemsOf(child).map(valueOf)];
      const map = Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
      if (map) {
        const entries = itemsOf(child).map((item): [string, unknown] => {
          const value = item.children.get("Value");
          return [item.children.get(map.key)?.value ?? "", value && valueOf(value)];
        });
        return [map.member, Object.fromEntries(entries)];
      }
      const { value } = child;
      if (INTEGERS.has(name) && value !== undefined && /^-?\d{1,15}$/.test(value)) return [name, Number(value)];
      return [name, valueOf(child)];
    }),
  );
}

/** In the order of their numbers; what has none, as older callers send it, is the only one. */
function itemsOf(node: Node): Node[] {
  const numbered = [...node.children].filter(([name]) => /^\d{1,9}$/.test(name));
  if (numbered.length === 0) return node.children.size > 0 || node.value !== undefined ? [node] : [];
  return numbered.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

function valueOf(node: Node): unknown {
  return node.children.size > 0 ? structureOf(node) : node.value;
}

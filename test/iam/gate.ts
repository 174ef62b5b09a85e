import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import type { Grant } from "../../src/contract/iam/grants.ts";
import { listenLocally } from "../helpers/listen.ts";

/** What IAM would be asked: may this be done with that? */
export interface Asked {
  action: string;
  /** The part of an ARN that follows the account, or a bucket with its key; empty where the service knows no resource. */
  resource: string;
}

/**
 * Stands before the services as IAM does: what no grant allows is denied, as AWS words it. Addresses in answers become its
 * own, so that nobody goes around it. The stage's own API lies behind its token, not behind IAM.
 */
export async function gate(
  endpoint: string,
  grants: readonly Grant[],
): Promise<AsyncDisposable & { url: string; denied: Asked[] }> {
  const denied: Asked[] = [];
  let url = "";
  const server = createServer((request, response) => {
    const forward = async () => {
      const body = await buffer(request);
      const refused = asked(request, body).find((one) => !isAllowed(one, grants));
      if (refused) {
        denied.push(refused);
        response.writeHead(403, { "content-type": "application/x-amz-json-1.0" });
        return response.end(
          `{"__type":"AccessDeniedException","message":"not authorized to perform: ${refused.action}"}`,
        );
      }
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === "string" && !/^(host|connection|content-length|transfer-encoding|expect)$/.test(name)
          ? [[name, value]]
          : [],
      );
      const answer = await fetch(`${endpoint}${request.url ?? ""}`, {
        method: request.method ?? "GET",
        headers,
        ...(body.length > 0 ? { body: isText(request) ? body.toString("utf8").replaceAll(url, endpoint) : body } : {}),
      });
      const text = (await answer.text()).replaceAll(endpoint, url);
      response.writeHead(
        answer.status,
        Object.fromEntries(
          [...answer.headers].filter(
            ([name]) => !/^(content-length|transfer-encoding|connection|content-encoding)$/.test(name),
          ),
        ),
      );
      response.end(text);
    };
    forward().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  url = `http://127.0.0.1:${await listenLocally(server)}`;
  const close = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  return { url, denied, [Symbol.asyncDispose]: close };
}

/** A document's bytes are not touched. */
const isText = ({ headers }: IncomingMessage) => !(headers.authorization ?? "").includes("/s3/aws4_request");

const SERVICES: Record<string, string> = {
  AmazonSQS: "sqs",
  DynamoDB_20120810: "dynamodb",
  AmazonSSM: "ssm",
  Logs_20140328: "logs",
  GraniteServiceVersion20100801: "cloudwatch",
};

/** What says on what a request works. */
const name = z.string().optional();
const input = z.object({
  QueueUrl: name,
  SourceArn: name,
  QueueName: name,
  TableName: name,
  IndexName: name,
  Name: name,
  Path: name,
  logGroupName: name,
  logGroupIdentifier: name,
  RequestItems: z.record(z.string(), z.unknown()).optional(),
  TransactItems: z.array(z.record(z.string(), z.object({ TableName: z.string() }))).optional(),
});
type Input = z.infer<typeof input>;

/** @returns what a request asks of IAM: nothing where it is no request to a service. */
export function asked(request: Pick<IncomingMessage, "headers" | "method" | "url">, body: Buffer): Asked[] {
  const [target = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
  const service = SERVICES[target];
  if (service !== undefined)
    return byTarget(service, operation, input.parse(JSON.parse(body.toString("utf8") || "{}")));
  const { pathname } = new URL(request.url ?? "/", "http://x");
  if (pathname.startsWith("/2015-03-31/")) return [byLambdaPath(request.method ?? "", pathname)];
  const called = /(?:^|&)Action=(\w+)/.exec(body.toString("latin1"))?.[1];
  if (called === "GetCallerIdentity") return [{ action: "sts:GetCallerIdentity", resource: "" }];
  if (!(request.headers.authorization ?? "").includes("/s3/aws4_request")) return [];
  const verb = { GET: "GetObject", HEAD: "GetObject", PUT: "PutObject", DELETE: "DeleteObject" }[request.method ?? ""];
  return [{ action: `s3:${verb ?? request.method}`, resource: decodeURIComponent(pathname.slice(1)) }];
}

function byTarget(service: string, operation: string, asking: Input): Asked[] {
  const one = (resource: string, action = operation): Asked[] => [{ action: `${service}:${action}`, resource }];
  switch (service) {
    case "sqs":
      // Of a batch IAM asks what it asks of one.
      return one(queueOf(asking), operation.replace(/Batch$/, ""));
    case "dynamodb": {
      if (operation === "TransactWriteItems") return transacted(asking);
      if (operation === "BatchWriteItem")
        return Object.keys(asking.RequestItems ?? {}).flatMap((table) => one(`table/${table}`));
      return one(
        `table/${asking.TableName ?? ""}${asking.IndexName === undefined ? "" : `/index/${asking.IndexName}`}`,
      );
    }
    case "ssm":
      return one(operation === "DescribeParameters" ? "" : `parameter${asking.Name ?? asking.Path ?? ""}`);
    case "logs":
      return one(
        operation === "FilterLogEvents" ? `log-group:${asking.logGroupName ?? asking.logGroupIdentifier ?? ""}` : "",
      );
    default:
      return one("");
  }
}

function queueOf({ QueueUrl, SourceArn, QueueName }: Input): string {
  return (QueueUrl ?? SourceArn ?? QueueName ?? "").split(/[/:]/).at(-1) ?? "";
}

function transacted({ TransactItems = [] }: Input): Asked[] {
  return TransactItems.flatMap((item) =>
    Object.entries(item).map(([kind, { TableName }]) => ({
      action: `dynamodb:${kind === "ConditionCheck" ? "ConditionCheckItem" : `${kind}Item`}`,
      resource: `table/${TableName}`,
    })),
  );
}

function byLambdaPath(method: string, pathname: string): Asked {
  const [, , kind = "", called = "", part = ""] = pathname.split("/");
  if (kind === "event-source-mappings") {
    const verb =
      { GET: called === "" ? "List" : "Get", PUT: "Update", POST: "Create", DELETE: "Delete" }[method] ?? method;
    return { action: `lambda:${verb}EventSourceMapping${verb === "List" ? "s" : ""}`, resource: "" };
  }
  const verb = method === "GET" && part === "configuration" ? "GetFunctionConfiguration" : `${method} ${part}`;
  return { action: `lambda:${verb}`, resource: `function:${decodeURIComponent(called).split(":").at(-1)}` };
}

function isAllowed({ action, resource }: Asked, grants: readonly Grant[]): boolean {
  return grants.some(
    ({ actions, resources }) =>
      actions.some((pattern) => matches(pattern, action)) &&
      resources.some((pattern) => pattern === "*" || matches(ownPart(pattern), resource)),
  );
}

/** An ARN from behind the account on. */
const ownPart = (arn: string) => arn.split(":").slice(5).join(":");

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(text);
}

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { isManagementPath } from "./apigateway/management.ts";
import type { SocketApi } from "./apigateway/socket.ts";
import { type ControlHandlers, serveControl } from "./control.ts";
import { AwsError, type LocalContext } from "./context.ts";
import type { Exchange, Service } from "./exchange.ts";
import type { Faults } from "./faults/index.ts";
import { isCrossSite } from "./origin.ts";
import { answerError } from "./wire/error-answer.ts";
import { refuseUnknown } from "./wire/unknown.ts";

/** What the router may send a request to; what is absent is answered as an AWS service that is not offered. */
export interface RouterServices {
  sqs?: Service;
  dynamodb?: Service;
  logs?: Service;
  ssm?: Service;
  cloudwatch?: Service;
  lambda?: Service;
  s3?: Service;
  sts?: Service;
  model?: Service;
  faults: Faults;
  /** Of the control routes. */
  controlToken: string;
  /** Origins beside this machine's that may reach S3 from a browser. */
  allowedOrigins?: readonly string[];
}

/** What a project adds once it is there. */
export interface RouterApis {
  http?: Service;
  socket?: SocketApi;
  /** Further control routes by `METHOD name`. */
  control?: ControlHandlers;
  /** Further members of the health answer. */
  health?(): Record<string, unknown>;
}

export interface Router {
  route(exchange: Exchange): Promise<void>;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sets or replaces the APIs and control routes given; others stay. */
  use(apis: RouterApis): void;
}

type ServiceName = Exclude<keyof RouterServices, "faults" | "controlToken" | "allowedOrigins">;

/** Before the dot in `X-Amz-Target`, and in the path of an RPC v2 CBOR call. */
const TARGETS: Readonly<Record<string, ServiceName>> = {
  AmazonSQS: "sqs",
  DynamoDB_20120810: "dynamodb",
  Logs_20140328: "logs",
  AmazonSSM: "ssm",
  GraniteServiceVersion20100801: "cloudwatch",
  AWSSecurityTokenServiceV20110615: "sts",
};

/** The service of a signature's credential scope. */
const SCOPES: Readonly<Record<string, ServiceName>> = {
  s3: "s3",
  sts: "sts",
  sqs: "sqs",
  ssm: "ssm",
  logs: "logs",
  dynamodb: "dynamodb",
  lambda: "lambda",
  monitoring: "cloudwatch",
};

/** The query protocol's `Version` of a form that nobody signed. */
const VERSIONS: Readonly<Record<string, ServiceName>> = {
  "2011-06-15": "sts",
  "2012-11-05": "sqs",
  "2010-08-01": "cloudwatch",
};

const QUEUE_PATH = /^\/\d{12}\/[A-Za-z0-9_.-]+\/?$/;
const LAMBDA_PATH = /^\/20\d\d-\d\d-\d\d\//;
/** S3's older presigned addresses tell no scope; the AWS CLI and boto3 still write them in us-east-1. */
const PRESIGNED_V2 = ["AWSAccessKeyId", "Signature", "Expires"];
const CONTROL = "/_ai-pipeline/";
const MODEL = "/_ai-pipeline/model/";

/** Where a request belongs. */
type Destination =
  | { kind: "aws"; name: ServiceName }
  | { kind: "unknown"; service: string }
  | { kind: "management" | "model" | "control" | "http" };

/**
 * Sends each request to its service, in the design's order: target, CBOR, `@connections`, Lambda, credential scope, the
 * stack's own routes, and else the project's HTTP API. A page of a foreign origin reaches only the HTTP API, the sockets
 * and S3's own CORS.
 */
export function createRouter(ctx: LocalContext, services: RouterServices): Router {
  const apis: RouterApis = {};
  const warned = new Set<string>();

  const warnOnce = (message: string): void => {
    if (warned.has(message)) return;
    warned.add(message);
    ctx.emit({ type: "warning", at: ctx.clock.now(), message });
  };
  const unknown = (exchange: Exchange, service: string): void => {
    warnOnce(`The local stack does not offer ${service}.`);
    refuseUnknown(exchange, service);
  };
  const aws = async (exchange: Exchange, name: ServiceName): Promise<void> => {
    const service = services[name];
    if (!service) return unknown(exchange, name);
    await service.handle(exchange);
    if (exchange.refused !== undefined) warnOnce(exchange.refused);
    if (exchange.failure !== undefined) ctx.failed(`A request to ${name} could not be served`, exchange.failure);
  };

  const send = async (exchange: Exchange): Promise<void> => {
    const destination = await findDestination(exchange);
    const open = destination.kind === "http";
    const storage = destination.kind === "aws" && destination.name === "s3";
    if (!open && isCrossSite(exchange.req, { allowed: storage ? services.allowedOrigins : [], readable: storage })) {
      const message = "Pages of another origin may not call the local stack.";
      return answerError(exchange, { code: "AccessDenied", message, status: 403 });
    }
    switch (destination.kind) {
      case "aws":
        return aws(exchange, destination.name);
      case "unknown":
        return unknown(exchange, destination.service);
      case "management":
        return apis.socket ? apis.socket.handle(exchange) : unknown(exchange, "execute-api");
      case "model":
        return services.model ? services.model.handle(exchange) : unknown(exchange, "model");
      case "control":
        return serveControl(exchange, {
          token: services.controlToken,
          faults: services.faults,
          health: () => apis.health?.() ?? {},
          ...(apis.control ? { handlers: apis.control } : {}),
        });
      case "http":
        if (apis.http) return apis.http.handle(exchange);
        return answerError(exchange, { code: "NotFound", message: "Not Found", status: 404 });
    }
  };

  return {
    async route(exchange) {
      try {
        await send(exchange);
      } catch (error) {
        // The server answers it, in the protocol of the request.
        if (!(error instanceof AwsError)) ctx.failed("A request could not be served", error);
        throw error;
      }
    },
    upgrade(req, socket, head) {
      if (!apis.socket || req.url?.startsWith(CONTROL)) {
        socket.on("error", () => {});
        return void socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      }
      apis.socket.upgrade(req, socket, head);
    },
    use: (added) => void Object.assign(apis, added),
  };
}

async function findDestination(exchange: Exchange): Promise<Destination> {
  const { req, url, scope } = exchange;
  const target = req.headers["x-amz-target"];
  if (typeof target === "string") return awsTarget(target.split(".")[0] ?? "");
  if (req.headers["smithy-protocol"] === "rpc-v2-cbor")
    return awsTarget(/^\/service\/([^/]+)\/operation\//.exec(url.pathname)?.[1] ?? "");
  if (isManagementPath(url.pathname)) return { kind: "management" };
  if (url.pathname.startsWith(MODEL)) return { kind: "model" };
  if (url.pathname.startsWith(CONTROL)) return { kind: "control" };
  if (scope.service === "lambda" || (LAMBDA_PATH.test(url.pathname) && scope.service !== "s3"))
    return { kind: "aws", name: "lambda" };
  if (scope.service && scope.service !== "execute-api") {
    const name = Object.hasOwn(SCOPES, scope.service) ? SCOPES[scope.service] : undefined;
    return name ? { kind: "aws", name } : { kind: "unknown", service: scope.service };
  }
  if (PRESIGNED_V2.every((name) => url.searchParams.has(name))) return { kind: "aws", name: "s3" };
  const form = await unsignedForm(exchange);
  return form ? { kind: "aws", name: form } : { kind: "http" };
}

function awsTarget(prefix: string): Destination {
  const name = Object.hasOwn(TARGETS, prefix) ? TARGETS[prefix] : undefined;
  return name ? { kind: "aws", name } : { kind: "unknown", service: prefix || "an operation without a service" };
}

/**
 * Only the root and what looks like a queue are looked into: everything else without a signature is the HTTP API's, whose
 * body is not ours to read.
 */
async function unsignedForm({ req, url, body }: Exchange): Promise<ServiceName | undefined> {
  if (!(url.pathname === "/" || QUEUE_PATH.test(url.pathname)) || req.headers.authorization !== undefined)
    return undefined;
  const form = req.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const fields =
    req.method === "POST" && form ? new URLSearchParams((await body()).toString("utf8")) : url.searchParams;
  const version = fields.get("Version") ?? "";
  return fields.has("Action") && Object.hasOwn(VERSIONS, version) ? VERSIONS[version] : undefined;
}

import { fingerprint } from "../../contract/fingerprint.ts";
import { jsonIn, member } from "../../contract/json.ts";
import type { Cause } from "../../contract/operations/dlq.ts";
import type { LeasedMessage, OutgoingMessage } from "../../contract/queue.ts";

/*
 * What a message itself tells of its failure. SQS adds nothing when it moves a message, so only those who gave up on it and
 * sent it on may have left word: Lambda's asynchronous invocations and destinations, SNS, EventBridge, Spring, MassTransit,
 * and whoever writes an `error` into the body.
 */

/** Names of attributes, without punctuation and in lower case, by what they hold. */
const ATTRIBUTES: Record<"name" | "message" | "status" | "code", string[]> = {
  name: [
    "errortype",
    "errorname",
    "exceptiontype",
    "exceptionclass",
    "exceptionfqcn",
    "xexceptionfqcn",
    "mtfaultexceptiontype",
  ],
  message: [
    "errormessage",
    "exceptionmessage",
    "xexceptionmessage",
    "mtfaultmessage",
    "error",
    "exception",
    "failurereason",
    "deadletterreason",
    "reason",
  ],
  status: ["errorstatus", "statuscode", "httpstatus"],
  code: ["errorcode"],
};

const UNTOLD = "no cause told";

/** Where bodies hold an error, the most telling first. */
const PLACES = [["responsePayload"], ["error"], ["exception"], ["failure"], ["detail", "error"], ["lastError"], []];

/** @returns why the message failed, as far as it tells; undefined when it does not. */
export function causeOf(message: LeasedMessage | OutgoingMessage): Cause | undefined {
  const told = fromAttributes(message) ?? fromBody(message.body);
  return told && { ...told, fingerprint: fingerprint(told) };
}

/**
 * @returns what stands for a cause where none is told: the kind of message it is, so that a queue with three kinds of
 * messages shows three groups.
 */
export function kindOf({ body }: { body: string }): Cause {
  const value = parse(body);
  const told = { name: UNTOLD, message: describe(value, body) };
  return { ...told, fingerprint: fingerprint(told) };
}

/** @returns whether a message did not tell of its failure. */
export function isUntold({ name }: Cause): boolean {
  return name === UNTOLD;
}

type Told = Omit<Cause, "fingerprint">;

function fromAttributes({ attributes }: OutgoingMessage): Told | undefined {
  const texts = new Map(
    Object.entries(attributes).map(([name, { text }]) => [name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""), text]),
  );
  const find = (what: keyof typeof ATTRIBUTES) =>
    ATTRIBUTES[what].map((name) => texts.get(name)).find((text) => text !== undefined && text !== "");
  const [name, message, status, code] = [find("name"), find("message"), find("status"), find("code")];
  if (name === undefined && message === undefined && code === undefined) return undefined;
  return tell({ name, message, status, code });
}

function fromBody(body: string): Told | undefined {
  const root = parse(body);
  for (const path of PLACES) {
    let value = root;
    for (const key of path) value = member(value, key);
    const found =
      path.length > 0 && typeof value === "string" && value !== ""
        ? tell({ message: value })
        : ofObject(value, path.length === 0);
    if (found) return found;
  }
  return undefined;
}

/** @param strict the object is the whole body, whose `message` and `name` may be anything. */
function ofObject(value: unknown, strict: boolean): Told | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const first = (...names: string[]) =>
    names.map((name) => scalar(member(value, name))).find((text) => text !== undefined);
  const name = first("errorType", "errorName", "exceptionType", ...(strict ? [] : ["name", "type", "class"]));
  const message = first(
    "errorMessage",
    "error_message",
    "exceptionMessage",
    ...(strict ? [] : ["message", "reason", "detail"]),
  );
  const code = first("errorCode", "error_code", ...(strict ? [] : ["code"]));
  if (message === undefined && (strict || (name === undefined && code === undefined))) return undefined;
  return tell({ name, message, code, status: first("statusCode", ...(strict ? [] : ["status"])) });
}

function tell(parts: {
  name?: string | undefined;
  message?: string | undefined;
  status?: string | undefined;
  code?: string | undefined;
}): Told {
  const { name, message = "", code } = parts;
  // Lambda's asynchronous invocations put the HTTP status into ErrorCode.
  const numeric = [parts.status, code].map(Number).find((value) => value >= 400 && value < 600);
  const text = message.slice(0, 1000);
  const [, prefix] = name === undefined ? (/^([A-Z][A-Za-z0-9]*(?:Error|Exception|Fault)):/.exec(text) ?? []) : [];
  return {
    name: name ?? prefix ?? "Error",
    message: text,
    ...(numeric === undefined ? {} : { status: numeric }),
    ...(code === undefined || Number(code) === numeric ? {} : { code }),
  };
}

function describe(value: unknown, body: string): string {
  if (Array.isArray(value)) return "JSON, a list";
  if (typeof value !== "object" || value === null)
    return value === undefined ? textKind(body) : `JSON, a ${typeof value}`;
  const type = ["type", "eventType", "eventName", "detail-type", "Type", "kind", "action"]
    .map((key) => member(value, key))
    .find((one) => typeof one === "string");
  if (typeof type === "string") return `JSON of type ${type.slice(0, 80)}`;
  const keys = Object.keys(value).toSorted();
  return `JSON with ${keys.slice(0, 6).join(", ")}${keys.length > 6 ? " and more" : ""}`;
}

const textKind = (body: string) => (body.trimStart().startsWith("<") ? "XML or HTML" : "text");

function parse(text: string): unknown {
  return /^\s*[[{"\d]/.test(text) ? jsonIn(text) : undefined;
}

function scalar(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
}

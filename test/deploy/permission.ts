import { fieldsOf, listOf, textAt } from "../conformance/terraform/parity/model.ts";
import type { RecordedCall } from "../helpers/recording.ts";

const PLACE = "us-east-1:123456789012";

/**
 * @returns what IAM asks for a call, as `action resource`. A transaction asks for what each of its parts does; a batch for
 * itself. Source: the services' own tables of actions.
 */
export function neededFor({ method, path, target, body }: RecordedCall): string[] {
  const [service = "", operation = ""] = target.split(".");
  if (service.startsWith("DynamoDB")) return dynamodb(operation, JSON.parse(body));
  if (service === "AmazonSQS") {
    const queue = textAt(JSON.parse(body), "QueueUrl").split("/").at(-1);
    // A batch needs what each of its entries does.
    return [`sqs:${operation.replace(/Batch$/, "")} arn:aws:sqs:${PLACE}:${queue}`];
  }
  if (service.startsWith("Logs"))
    return [`logs:${operation} arn:aws:logs:${PLACE}:log-group:${textAt(JSON.parse(body), "logGroupName")}:*`];
  if (operation === "GetParameter")
    return [`ssm:${operation} arn:aws:ssm:${PLACE}:parameter${textAt(JSON.parse(body), "Name")}`];
  if (service === "AmazonSSM") {
    const parent = `arn:aws:ssm:${PLACE}:parameter${textAt(JSON.parse(body), "Path")}`;
    // The path, and what lies under it.
    return [`ssm:${operation} ${parent}`, `ssm:${operation} ${parent}/*`];
  }
  const socket = /^\/([^/]+)\/@connections\//.exec(path)?.[1];
  if (socket !== undefined)
    return [`execute-api:ManageConnections arn:aws:execute-api:${PLACE}:socket-api/${socket}/${method}/@connections/*`];
  if (target === "") return [object(method, path)];
  throw new Error(`Which permission is ${target}?`);
}

function dynamodb(operation: string, input: unknown): string[] {
  const table = (name: string) => `arn:aws:dynamodb:${PLACE}:table/${name}`;
  if (operation === "TransactWriteItems") {
    const actions = {
      Put: "PutItem",
      Update: "UpdateItem",
      Delete: "DeleteItem",
      ConditionCheck: "ConditionCheckItem",
    };
    return listOf(fieldsOf(input)["TransactItems"]).flatMap((item) =>
      Object.entries(actions)
        .filter(([part]) => part in fieldsOf(item))
        .map(([part, action]) => `dynamodb:${action} ${table(textAt(item, part, "TableName"))}`),
    );
  }
  if (operation === "BatchWriteItem")
    return Object.keys(fieldsOf(fieldsOf(input)["RequestItems"])).map(
      (name) => `dynamodb:BatchWriteItem ${table(name)}`,
    );
  const index = textAt(input, "IndexName");
  return [`dynamodb:${operation} ${table(textAt(input, "TableName"))}${index === "" ? "" : `/index/${index}`}`];
}

/** S3 by its path: /bucket/key. */
function object(method: string, path: string): string {
  const [, bucket = "", key = ""] = /^\/([^/?]+)\/([^?]*)/.exec(path) ?? [];
  const action = { GET: "GetObject", HEAD: "GetObject", PUT: "PutObject", DELETE: "DeleteObject" }[method];
  return `s3:${action ?? method} arn:aws:s3:::${bucket}/${decodeURIComponent(key)}`;
}

/** @returns whether one of the role's permissions covers what is needed; `*` is any text. */
export function covers(granted: string, needed: string): boolean {
  const pattern = granted.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${pattern.join(".*")}$`).test(needed);
}

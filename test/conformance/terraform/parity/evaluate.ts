import { at, type Fields, fieldsOf, listOf, textOf } from "./model.ts";

/** What the cloud around a stack is, unless a test says otherwise. */
const PSEUDO: Record<string, unknown> = {
  "AWS::AccountId": "123456789012",
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::URLSuffix": "amazonaws.com",
  "AWS::NoValue": undefined,
};
const ARN = "us-east-1:123456789012";

/** A resource of a template whose functions are worked out. */
export interface Evaluated {
  id: string;
  type: string;
  properties: Fields;
}

/**
 * Works out a template's intrinsic functions, as CloudFormation does for a stack.
 * @param template in the long form. @param parameters values by name; the defaults are the template's.
 * @param around pseudo parameters that differ.
 */
export function evaluate(
  template: unknown,
  parameters: Record<string, string>,
  around: Record<string, string> = {},
): Evaluated[] {
  const pseudo = { ...PSEUDO, ...around };
  const resources = fieldsOf(at(template, "Resources"));
  const conditions = fieldsOf(at(template, "Conditions"));

  const parameter = (name: string): unknown => {
    const declared = at(template, "Parameters", name);
    if (declared === undefined) throw new Error(`The template has no ${name}.`);
    const value = parameters[name] ?? at(declared, "Default");
    if (value === undefined) throw new Error(`The parameter ${name} has no value.`);
    return at(declared, "Type") === "Number" ? Number(value) : textOf(value);
  };
  const property = (id: string, name: string) => resolve(at(resources, id, "Properties", name));

  function reference(id: string): unknown {
    if (id in pseudo) return pseudo[id];
    switch (at(resources, id, "Type")) {
      case undefined:
        return parameter(id);
      case "AWS::SQS::Queue":
        return `https://sqs.us-east-1.amazonaws.com/123456789012/${textOf(property(id, "QueueName"))}`;
      case "AWS::DynamoDB::Table":
        return property(id, "TableName");
      case "AWS::S3::Bucket":
        return property(id, "BucketName");
      case "AWS::Lambda::Function":
        return property(id, "FunctionName");
      case "AWS::Logs::LogGroup":
        return property(id, "LogGroupName");
      case "AWS::ApiGatewayV2::Api":
        return apiId(id);
      case "AWS::ApiGatewayV2::Stage":
        return property(id, "StageName");
      case "AWS::ApiGatewayV2::DomainName":
        return property(id, "DomainName");
      default:
        return id;
    }
  }

  const apiId = (id: string) => (property(id, "ProtocolType") === "HTTP" ? "http-api" : "socket-api");

  function attribute(id: string, name: string): unknown {
    const type = textOf(at(resources, id, "Type"));
    const own = textOf(reference(id));
    const found: Record<string, unknown> = {
      "AWS::SQS::Queue Arn": `arn:aws:sqs:${ARN}:${textOf(property(id, "QueueName"))}`,
      "AWS::SQS::Queue QueueName": property(id, "QueueName"),
      "AWS::DynamoDB::Table Arn": `arn:aws:dynamodb:${ARN}:table/${own}`,
      "AWS::S3::Bucket Arn": `arn:aws:s3:::${own}`,
      "AWS::Lambda::Function Arn": `arn:aws:lambda:${ARN}:function:${own}`,
      "AWS::Logs::LogGroup Arn": `arn:aws:logs:${ARN}:log-group:${own}:*`,
      "AWS::IAM::Role Arn": id,
      "AWS::Events::Rule Arn": `arn:aws:events:${ARN}:rule/${textOf(property(id, "Name"))}`,
      "AWS::ApiGatewayV2::Api ApiEndpoint": `https://${own}.execute-api.us-east-1.amazonaws.com`,
      "AWS::ApiGatewayV2::DomainName RegionalDomainName": "d-1234567890.execute-api.us-east-1.amazonaws.com",
    };
    if (!(`${type} ${name}` in found)) throw new Error(`${type} has no ${name} here.`);
    return found[`${type} ${name}`];
  }

  function condition(name: unknown): boolean {
    return resolve(at(conditions, textOf(name))) === true;
  }

  function substitute(value: unknown): string {
    const [text, own] = Array.isArray(value) ? [textOf(value[0]), fieldsOf(value[1])] : [textOf(value), {}];
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_all, escaped: string, name: string) => {
      if (escaped) return `\${${name}}`;
      if (name in own) return textOf(resolve(own[name]));
      const dot = name.indexOf(".");
      return String(dot < 0 ? reference(name) : attribute(name.slice(0, dot), name.slice(dot + 1)));
    });
  }

  const functions: Record<string, (value: unknown) => unknown> = {
    Ref: (value) => reference(textOf(value)),
    "Fn::GetAtt": (value) => {
      const [id = "", ...name] = Array.isArray(value) ? value.map(textOf) : textOf(value).split(".");
      return attribute(id, name.join("."));
    },
    "Fn::Sub": substitute,
    // What joins and splits is a literal: CloudFormation takes no function there.
    "Fn::Join": (value) => listOf(resolve(at(value, 1))).join(literal(at(value, 0))),
    "Fn::Split": (value) => textOf(resolve(at(value, 1))).split(literal(at(value, 0))),
    "Fn::Select": (value) => listOf(resolve(at(value, 1)))[Number(at(value, 0))],
    "Fn::If": (value) => resolve(at(value, condition(at(value, 0)) ? 1 : 2)),
    "Fn::Equals": (value) => String(resolve(at(value, 0))) === String(resolve(at(value, 1))),
    "Fn::Not": (value) => resolve(at(value, 0)) !== true,
    "Fn::And": (value) => listOf(value).every((item) => resolve(item) === true),
    "Fn::Or": (value) => listOf(value).some((item) => resolve(item) === true),
    Condition: condition,
  };

  /** What is undefined is left out, as AWS::NoValue is. */
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    const apply = first && entries.length === 1 ? functions[first[0]] : undefined;
    if (apply && first) return apply(first[1]);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, resolve(item)] as const).filter(([, item]) => item !== undefined),
    );
  }

  return Object.entries(resources)
    .filter(([, resource]) => {
      const name = at(resource, "Condition");
      return name === undefined || condition(name);
    })
    .map(([id, resource]) => ({
      id,
      type: textOf(at(resource, "Type")),
      properties: fieldsOf(resolve(at(resource, "Properties"))),
    }));
}

function literal(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error(`A literal must stand in place of ${JSON.stringify(value)}.`);
}

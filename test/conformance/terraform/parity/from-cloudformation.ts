import { evaluate, type Evaluated } from "./evaluate.ts";
import {
  at,
  dashboardOf,
  type Fields,
  fieldsOf,
  listOf,
  nameOfArn,
  invokerOf,
  mapValues,
  onlyOne,
  permissionsOf,
  policyOf,
  setOf,
  sortedBy,
  textAt,
  textOf,
  type ApiModel,
  type StageModel,
} from "./model.ts";

/** @param template in the long form. @param parameters values by name. */
export function fromCloudFormation(template: unknown, parameters: Record<string, string>): StageModel {
  const resources = evaluate(template, parameters);
  const all = (type: string) => resources.filter((it) => it.type === `AWS::${type}`);
  const one = (type: string) => onlyOne(all(type), type).properties;
  const by = (type: string, name: string) =>
    Object.fromEntries(all(type).map(({ properties }) => [textOf(properties[name]), properties]));

  const policies = all("SQS::QueuePolicy");
  const mapping = one("Lambda::EventSourceMapping");
  const bucket = one("S3::Bucket");
  const rule = at(bucket, "LifecycleConfiguration", "Rules", 0);
  const rules = at(bucket, "CorsConfiguration", "CorsRules");
  const schedule = one("Events::Rule");
  return {
    queues: mapValues(by("SQS::Queue", "QueueName"), (queue, name) => ({
      visibilityTimeout: queue["VisibilityTimeout"] ?? 30,
      retention: queue["MessageRetentionPeriod"],
      encrypted: queue["SqsManagedSseEnabled"],
      redrive: queue["RedrivePolicy"],
      allow: queue["RedriveAllowPolicy"],
      policy: policies
        .filter(({ properties }) => listOf(properties["Queues"]).some((url) => nameOfArn(url) === name))
        .map(({ properties }) => policyOf(properties["PolicyDocument"]))[0],
    })),
    functions: mapValues(by("Lambda::Function", "FunctionName"), (it) => ({
      runtime: it["Runtime"],
      architectures: it["Architectures"],
      handler: it["Handler"],
      timeout: it["Timeout"],
      memory: it["MemorySize"],
      reserved: it["ReservedConcurrentExecutions"] ?? -1,
      environment: mapTexts(fieldsOf(at(it, "Environment", "Variables"))),
      logFormat: at(it, "LoggingConfig", "LogFormat"),
      logGroup: at(it, "LoggingConfig", "LogGroup"),
    })),
    mapping: {
      queue: nameOfArn(mapping["EventSourceArn"]),
      function: nameOfArn(mapping["FunctionName"]),
      batchSize: mapping["BatchSize"],
      batchWindow: mapping["MaximumBatchingWindowInSeconds"],
      maxConcurrency: at(mapping, "ScalingConfig", "MaximumConcurrency"),
      failures: mapping["FunctionResponseTypes"],
      enabled: mapping["Enabled"],
    },
    permissions: mapValues(by("Lambda::Function", "FunctionName"), (it) => {
      const role = all("IAM::Role").find(({ id }) => id === it["Role"]);
      return permissionsOf(listOf(role?.properties["Policies"]).map((policy) => at(policy, "PolicyDocument")));
    }),
    invokers: all("Lambda::Permission")
      .map(({ properties: it }) => invokerOf(it["FunctionName"], it["Principal"], it["SourceArn"]))
      .toSorted(),
    tables: mapValues(by("DynamoDB::Table", "TableName"), (table) => ({
      billing: table["BillingMode"],
      keys: keysOf(table["KeySchema"]),
      attributes: sortedBy(
        listOf(table["AttributeDefinitions"]).map(
          (it) => `${textAt(it, "AttributeName")} ${textAt(it, "AttributeType")}`,
        ),
        String,
      ),
      indexes: listOf(table["GlobalSecondaryIndexes"]).map((it) => [
        at(it, "IndexName"),
        ...keysOf(at(it, "KeySchema")),
        at(it, "Projection", "ProjectionType"),
      ]),
      ttl:
        at(table, "TimeToLiveSpecification", "Enabled") === true
          ? at(table, "TimeToLiveSpecification", "AttributeName")
          : undefined,
      recovery: at(table, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") === true,
    })),
    bucket: {
      name: bucket["BucketName"],
      encryption: at(
        bucket,
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        0,
        "ServerSideEncryptionByDefault",
        "SSEAlgorithm",
      ),
      publicAccess: ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].map((name) =>
        at(bucket, "PublicAccessBlockConfiguration", name),
      ),
      ownership: at(bucket, "OwnershipControls", "Rules", 0, "ObjectOwnership"),
      expirationDays: at(rule, "ExpirationInDays"),
      abortDays: at(rule, "AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
      policy: policyOf(one("S3::BucketPolicy")["PolicyDocument"]),
      cors:
        rules &&
        listOf(rules).map((cors) => ({
          methods: setOf(at(cors, "AllowedMethods")),
          origins: setOf(at(cors, "AllowedOrigins")),
          headers: setOf(at(cors, "AllowedHeaders")),
        })),
    },
    http: api("HTTP", all),
    socket: api("WEBSOCKET", all),
    logs: mapValues(by("Logs::LogGroup", "LogGroupName"), (it) => it["RetentionInDays"]),
    alarms: mapValues(by("CloudWatch::Alarm", "AlarmName"), (it) => ({
      namespace: it["Namespace"],
      metric: it["MetricName"],
      dimensions: Object.fromEntries(listOf(it["Dimensions"]).map((pair) => [textAt(pair, "Name"), at(pair, "Value")])),
      statistic: it["Statistic"],
      period: it["Period"],
      periods: it["EvaluationPeriods"],
      comparison: it["ComparisonOperator"],
      threshold: it["Threshold"],
      missing: it["TreatMissingData"],
      actions: listOf(it["AlarmActions"]),
      okActions: listOf(it["OKActions"]),
    })),
    dashboards: mapValues(by("CloudWatch::Dashboard", "DashboardName"), (it) =>
      dashboardOf(JSON.parse(textOf(it["DashboardBody"]))),
    ),
    schedule: {
      expression: schedule["ScheduleExpression"],
      target: nameOfArn(at(schedule, "Targets", 0, "Arn")),
    },
    outputs: fieldsOf(JSON.parse(textOf(one("SSM::Parameter")["Value"]))),
  };
}

function api(protocol: string, all: (type: string) => Evaluated[]): ApiModel {
  const it = all("ApiGatewayV2::Api").find(({ properties }) => properties["ProtocolType"] === protocol)?.properties;
  const id = protocol === "HTTP" ? "http-api" : "socket-api";
  const own = (type: string) =>
    all(type)
      .map(({ properties }) => properties)
      .filter(({ ApiId }) => ApiId === id);
  const [authorizer] = own("ApiGatewayV2::Authorizer");
  const [stage] = own("ApiGatewayV2::Stage");
  const cors = it?.["CorsConfiguration"];
  const format = at(stage, "AccessLogSettings", "Format");
  return {
    name: it?.["Name"],
    cors: cors && {
      origins: setOf(at(cors, "AllowOrigins")),
      methods: setOf(at(cors, "AllowMethods")),
      headers: setOf(at(cors, "AllowHeaders")),
    },
    routes: Object.fromEntries(
      own("ApiGatewayV2::Route").map((route) => [textOf(route["RouteKey"]), route["AuthorizationType"]]),
    ),
    authorizer: {
      type: authorizer?.["AuthorizerType"],
      sources: listOf(authorizer?.["IdentitySource"]),
      version: authorizer?.["AuthorizerPayloadFormatVersion"],
      simple: authorizer?.["EnableSimpleResponses"],
      ttl: authorizer?.["AuthorizerResultTtlInSeconds"],
      function: /functions\/arn:[^/]*:function:([^/]+)\/invocations/.exec(textAt(authorizer, "AuthorizerUri"))?.[1],
    },
    stage: stage?.["StageName"],
    throttle: [
      at(stage, "DefaultRouteSettings", "ThrottlingRateLimit"),
      at(stage, "DefaultRouteSettings", "ThrottlingBurstLimit"),
    ],
    accessLog: format === undefined ? undefined : JSON.parse(textOf(format)),
    accessLogGroup: textAt(stage, "AccessLogSettings", "DestinationArn").split(":log-group:")[1]?.replace(/:\*$/, ""),
    domain: own("ApiGatewayV2::ApiMapping")[0]?.["DomainName"],
  };
}

const keysOf = (schema: unknown) => listOf(schema).map((key) => at(key, "AttributeName"));

/** Lambda's variables are texts; a parameter of type Number is one by then. */
const mapTexts = (variables: Fields) =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));

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

/** @param text what `terraform show -json` prints of a state. */
export function fromTerraform(text: string): StageModel {
  const first: unknown = JSON.parse(text);
  const ids = resourcesOf(first, "aws_apigatewayv2_api").map((it) => [it["id"], it["protocol_type"]] as const);
  const named = ids.reduce(
    (all, [id, protocol]) => all.replaceAll(textOf(id), protocol === "HTTP" ? "http-api" : "socket-api"),
    text,
  );
  const state: unknown = JSON.parse(named);
  const all = (type: string) => resourcesOf(state, type);
  const one = (type: string) => onlyOne(all(type), type);
  const byName = (type: string, name: string) =>
    Object.fromEntries(all(type).map((item) => [textOf(item[name]), item]));
  const queueOf = (url: unknown) => nameOfArn(url);

  const mapping = one("aws_lambda_event_source_mapping");
  const bucket = one("aws_s3_bucket");
  const rule = at(one("aws_s3_bucket_lifecycle_configuration"), "rule", 0);
  const block = one("aws_s3_bucket_public_access_block");
  return {
    queues: mapValues(byName("aws_sqs_queue", "name"), (queue, name) => ({
      visibilityTimeout: queue["visibility_timeout_seconds"] || 30,
      retention: queue["message_retention_seconds"],
      encrypted: queue["sqs_managed_sse_enabled"],
      redrive: parsed(queue["redrive_policy"]),
      allow: parsed(
        all("aws_sqs_queue_redrive_allow_policy").find(({ queue_url: url }) => queueOf(url) === name)?.[
          "redrive_allow_policy"
        ],
      ),
      policy: policyOf(
        parsed(all("aws_sqs_queue_policy").find(({ queue_url: url }) => queueOf(url) === name)?.["policy"]),
      ),
    })),
    functions: mapValues(byName("aws_lambda_function", "function_name"), (it) => ({
      runtime: it["runtime"],
      architectures: it["architectures"],
      handler: it["handler"],
      timeout: it["timeout"],
      memory: it["memory_size"],
      reserved: it["reserved_concurrent_executions"] || -1,
      environment: fieldsOf(at(it, "environment", 0, "variables")),
      logFormat: at(it, "logging_config", 0, "log_format"),
      logGroup: at(it, "logging_config", 0, "log_group"),
    })),
    mapping: {
      queue: nameOfArn(mapping["event_source_arn"]),
      function: nameOfArn(mapping["function_name"]),
      batchSize: mapping["batch_size"],
      batchWindow: mapping["maximum_batching_window_in_seconds"],
      maxConcurrency: at(mapping, "scaling_config", 0, "maximum_concurrency"),
      failures: mapping["function_response_types"],
      enabled: mapping["enabled"],
    },
    permissions: mapValues(byName("aws_lambda_function", "function_name"), (it) => {
      const role = all("aws_iam_role").find(({ arn }) => arn === it["role"]);
      const policies = all("aws_iam_role_policy").filter((policy) => policy["role"] === role?.["id"]);
      return permissionsOf(policies.map(({ policy }) => parsed(policy)));
    }),
    invokers: all("aws_lambda_permission")
      .map((it) => invokerOf(it["function_name"], it["principal"], it["source_arn"]))
      .toSorted(),
    tables: mapValues(byName("aws_dynamodb_table", "name"), (table) => ({
      billing: table["billing_mode"],
      keys: [table["hash_key"], table["range_key"]],
      attributes: sortedBy(
        listOf(table["attribute"]).map((it) => `${textAt(it, "name")} ${textAt(it, "type")}`),
        String,
      ),
      indexes: listOf(table["global_secondary_index"]).map((it) => [
        at(it, "name"),
        ...listOf(at(it, "key_schema")).map((key) => at(key, "attribute_name")),
        at(it, "projection_type"),
      ]),
      ttl: at(table, "ttl", 0, "enabled") === true ? at(table, "ttl", 0, "attribute_name") : undefined,
      recovery: at(table, "point_in_time_recovery", 0, "enabled") === true,
    })),
    bucket: {
      name: bucket["bucket"],
      encryption: at(
        one("aws_s3_bucket_server_side_encryption_configuration"),
        "rule",
        0,
        "apply_server_side_encryption_by_default",
        0,
        "sse_algorithm",
      ),
      publicAccess: ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].map(
        (name) => block[name],
      ),
      ownership: at(one("aws_s3_bucket_ownership_controls"), "rule", 0, "object_ownership"),
      expirationDays: at(rule, "expiration", 0, "days"),
      abortDays: at(rule, "abort_incomplete_multipart_upload", 0, "days_after_initiation"),
      policy: policyOf(parsed(one("aws_s3_bucket_policy")["policy"])),
      cors: all("aws_s3_bucket_cors_configuration").map((it) =>
        listOf(it["cors_rule"]).map((cors) => ({
          methods: setOf(at(cors, "allowed_methods")),
          origins: setOf(at(cors, "allowed_origins")),
          headers: setOf(at(cors, "allowed_headers")),
        })),
      )[0],
    },
    http: api("HTTP", all),
    socket: api("WEBSOCKET", all),
    logs: mapValues(byName("aws_cloudwatch_log_group", "name"), (it) => it["retention_in_days"]),
    alarms: mapValues(byName("aws_cloudwatch_metric_alarm", "alarm_name"), (it) => ({
      namespace: it["namespace"],
      metric: it["metric_name"],
      dimensions: it["dimensions"],
      statistic: it["statistic"],
      period: it["period"],
      periods: it["evaluation_periods"],
      comparison: it["comparison_operator"],
      threshold: it["threshold"],
      missing: it["treat_missing_data"],
      actions: listOf(it["alarm_actions"]),
      okActions: listOf(it["ok_actions"]),
    })),
    dashboards: mapValues(byName("aws_cloudwatch_dashboard", "dashboard_name"), (it) =>
      dashboardOf(parsed(it["dashboard_body"])),
    ),
    schedule: {
      expression: one("aws_cloudwatch_event_rule")["schedule_expression"],
      target: nameOfArn(one("aws_cloudwatch_event_target")["arn"]),
    },
    outputs: fieldsOf(parsed(one("aws_ssm_parameter")["value"])),
  };
}

function api(protocol: string, all: (type: string) => Fields[]): ApiModel {
  const it = all("aws_apigatewayv2_api").find(({ protocol_type: type }) => type === protocol);
  const own = (type: string) => all(type).filter(({ api_id: id }) => id === it?.["id"]);
  const [authorizer] = own("aws_apigatewayv2_authorizer");
  const [stage] = own("aws_apigatewayv2_stage");
  const cors = at(it, "cors_configuration", 0);
  const [domain] = own("aws_apigatewayv2_api_mapping");
  return {
    name: it?.["name"],
    cors: cors && {
      origins: setOf(at(cors, "allow_origins")),
      methods: setOf(at(cors, "allow_methods")),
      headers: setOf(at(cors, "allow_headers")),
    },
    routes: Object.fromEntries(
      own("aws_apigatewayv2_route").map((route) => [textOf(route["route_key"]), route["authorization_type"]]),
    ),
    authorizer: {
      type: authorizer?.["authorizer_type"],
      sources: listOf(authorizer?.["identity_sources"]),
      version: authorizer?.["authorizer_payload_format_version"] || undefined,
      simple: authorizer?.["enable_simple_responses"] || undefined,
      // The provider writes 0 for a WebSocket API's, which has none.
      ttl: protocol === "HTTP" ? authorizer?.["authorizer_result_ttl_in_seconds"] : undefined,
      function: /functions\/arn:[^/]*:function:([^/]+)\/invocations/.exec(textAt(authorizer, "authorizer_uri"))?.[1],
    },
    stage: stage?.["name"],
    throttle: [
      at(stage, "default_route_settings", 0, "throttling_rate_limit"),
      at(stage, "default_route_settings", 0, "throttling_burst_limit"),
    ],
    accessLog: parsed(at(stage, "access_log_settings", 0, "format")),
    accessLogGroup: textAt(stage, "access_log_settings", 0, "destination_arn").split(":log-group:")[1],
    domain: domain?.["domain_name"],
  };
}

function resourcesOf(state: unknown, type: string): Fields[] {
  return listOf(at(state, "values", "root_module", "resources"))
    .filter((it) => at(it, "type") === type && at(it, "mode") === "managed")
    .map((it) => fieldsOf(at(it, "values")));
}

function parsed(value: unknown): unknown {
  return typeof value === "string" && value !== "" ? JSON.parse(value) : undefined;
}

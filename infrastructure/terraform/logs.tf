resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${each.value}"
  retention_in_days = var.log_retention_days
}

resource "aws_cloudwatch_log_group" "access" {
  for_each = toset(["http", "socket"])

  # Of any other name, API Gateway adds each group to the account's resource policy of CloudWatch Logs, which ends at 5,120 characters.
  name              = "/aws/vendedlogs/apigateway/${local.base}-${each.key}"
  retention_in_days = var.log_retention_days
}

locals {
  # No query string and no headers: tickets and tokens travel there.
  access_log = {
    requestId   = "$context.requestId"
    time        = "$context.requestTime"
    ip          = "$context.identity.sourceIp"
    route       = "$context.routeKey"
    status      = "$context.status"
    error       = "$context.error.message"
    authorizer  = "$context.authorizer.error"
    integration = "$context.integrationErrorMessage"
  }

  http_access_log = merge(local.access_log, {
    length  = "$context.responseLength"
    latency = "$context.responseLatency"
  })

  socket_access_log = merge(local.access_log, {
    event      = "$context.eventType"
    connection = "$context.connectionId"
  })
}

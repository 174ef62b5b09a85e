# What the stage says of itself: whoever has credentials needs nothing else to work with it.

locals {
  domain        = one(aws_apigatewayv2_domain_name.http[*].domain_name_configuration[0])
  domain_target = one(local.domain[*].target_domain_name)

  outputs = merge({
    v                  = 1
    app                = var.app
    stage              = var.stage
    provider           = "aws"
    account            = local.account
    region             = local.region
    httpUrl            = local.http_url
    socketUrl          = local.socket_url
    queueUrl           = aws_sqs_queue.ai_task_queue.url
    deadLetterQueueUrl = aws_sqs_queue.dead_letters.url
    tasksTable         = aws_dynamodb_table.tasks.name
    connectionsTable   = aws_dynamodb_table.connections.name
    bucket             = aws_s3_bucket.documents.bucket
    functions          = local.functions
    secretsPath        = local.secrets_path
    maxAttempts        = var.queue_max_attempts
  }, local.domain_target == null ? {} : { domainTarget = local.domain_target })
}

resource "aws_ssm_parameter" "outputs" {
  name        = "${local.parameters}/outputs"
  description = "What the stage ${var.stage} of ${var.app} is made of."
  type        = "String"
  value       = jsonencode(local.outputs)

  # Last: a stage that describes itself is there.
  depends_on = [
    aws_apigatewayv2_route.http,
    aws_apigatewayv2_route.socket,
    aws_apigatewayv2_stage.http,
    aws_apigatewayv2_stage.socket,
    aws_lambda_event_source_mapping.sqs_to_lambda,
    aws_lambda_permission.http,
    aws_lambda_permission.socket,
  ]

  lifecycle {
    precondition {
      condition     = contains(["default", var.stage], terraform.workspace)
      error_message = "The workspace is ${terraform.workspace}, but the variables are of the stage ${var.stage}: this would make one stage out of the other. Choose it with: terraform workspace select ${var.stage}"
    }
  }
}

output "http_url" {
  description = "The HTTP API."
  value       = local.http_url
}

output "socket_url" {
  description = "The WebSocket API."
  value       = local.socket_url
}

output "stage" {
  description = "What the stage is made of; also in the SSM parameter that `parameter` names."
  value       = local.outputs
}

output "parameter" {
  description = "SSM parameter that describes the stage."
  value       = aws_ssm_parameter.outputs.name
}

output "domain_target" {
  description = "What the host name's DNS record points at; null without one."
  value       = local.domain_target
}

output "domain_hosted_zone_id" {
  description = "Hosted zone of domain_target, which an alias record of Route 53 names beside it; null without one."
  value       = one(local.domain[*].hosted_zone_id)
}

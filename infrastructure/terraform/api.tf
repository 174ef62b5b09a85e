# The HTTP API: takes tasks in, and tells of them.
resource "aws_apigatewayv2_api" "http" {
  name          = "${local.base}-http"
  description   = "Tasks of ${local.base}."
  protocol_type = "HTTP"

  dynamic "cors_configuration" {
    for_each = length(var.allowed_origins) == 0 ? [] : [var.allowed_origins]
    content {
      allow_origins = cors_configuration.value
      allow_methods = ["GET", "POST"]
      allow_headers = ["authorization", "content-type"]
    }
  }
}

resource "aws_apigatewayv2_authorizer" "http" {
  api_id                            = aws_apigatewayv2_api.http.id
  name                              = "caller"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = aws_lambda_function.api["authorizer"].invoke_arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = true
  identity_sources                  = ["$request.header.Authorization"]
  # A token that was taken back must not live on in a cache.
  authorizer_result_ttl_in_seconds = 0
}

resource "aws_apigatewayv2_integration" "http" {
  api_id                 = aws_apigatewayv2_api.http.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.api["api"].invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "http" {
  for_each = toset([
    "POST /tasks",
    "GET /tasks",
    "GET /tasks/{taskId}",
    "GET /tasks/{taskId}/events",
    "POST /tasks/{taskId}/cancel",
    "POST /tasks/{taskId}/ticket",
    "POST /documents",
  ])

  api_id             = aws_apigatewayv2_api.http.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.http.id}"
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.http.id
}

resource "aws_apigatewayv2_stage" "http" {
  api_id      = aws_apigatewayv2_api.http.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.api_rate_limit
    throttling_burst_limit = var.api_burst_limit
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access["http"].arn
    format          = jsonencode(local.http_access_log)
  }

  # Its first deployment has all of them.
  depends_on = [aws_apigatewayv2_route.http]
}

resource "aws_lambda_permission" "http" {
  for_each = {
    api        = "*/*"
    authorizer = "authorizers/${aws_apigatewayv2_authorizer.http.id}"
  }

  statement_id  = "http"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.api[each.key].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http.execution_arn}/${each.value}"
}

# A host name of your own.
resource "aws_apigatewayv2_domain_name" "http" {
  count       = var.domain_name == "" ? 0 : 1
  domain_name = var.domain_name

  domain_name_configuration {
    certificate_arn = var.domain_certificate
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  lifecycle {
    precondition {
      condition     = var.domain_certificate != ""
      error_message = "domain_name needs domain_certificate: the ARN of an ACM certificate for it in the stage's region."
    }
    precondition {
      condition     = var.domain_certificate == "" || try(split(":", var.domain_certificate)[3], "") == local.region
      error_message = "domain_certificate must be in the stage's region, ${local.region}: an API takes no other."
    }
  }
}

resource "aws_apigatewayv2_api_mapping" "http" {
  count       = var.domain_name == "" ? 0 : 1
  api_id      = aws_apigatewayv2_api.http.id
  domain_name = aws_apigatewayv2_domain_name.http[0].id
  stage       = aws_apigatewayv2_stage.http.id
}

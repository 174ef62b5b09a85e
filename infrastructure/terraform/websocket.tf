# The WebSocket API: events and tokens, as they happen.
resource "aws_apigatewayv2_api" "socket" {
  name                       = "${local.base}-socket"
  description                = "Events of ${local.base}."
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

# A browser cannot set headers: it shows a ticket in the query string, so no identity source can be asked for.
resource "aws_apigatewayv2_authorizer" "socket" {
  api_id          = aws_apigatewayv2_api.socket.id
  name            = "caller"
  authorizer_type = "REQUEST"
  authorizer_uri  = aws_lambda_function.api["authorizer"].invoke_arn
}

resource "aws_apigatewayv2_integration" "socket" {
  api_id           = aws_apigatewayv2_api.socket.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.api["socket"].invoke_arn
}

resource "aws_apigatewayv2_route" "socket" {
  for_each = toset(["$connect", "$disconnect", "$default"])

  api_id    = aws_apigatewayv2_api.socket.id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.socket.id}"
  # API Gateway takes an authorizer on $connect alone; nobody gets to the others without it.
  authorization_type = each.key == "$connect" ? "CUSTOM" : "NONE"
  authorizer_id      = each.key == "$connect" ? aws_apigatewayv2_authorizer.socket.id : null
}

resource "aws_apigatewayv2_stage" "socket" {
  api_id      = aws_apigatewayv2_api.socket.id
  name        = var.stage
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.api_rate_limit
    throttling_burst_limit = var.api_burst_limit
  }

  dynamic "access_log_settings" {
    for_each = var.websocket_access_logs ? [local.socket_access_log] : []
    content {
      destination_arn = aws_cloudwatch_log_group.access["socket"].arn
      format          = jsonencode(access_log_settings.value)
    }
  }

  # An API without routes is not deployed.
  depends_on = [aws_apigatewayv2_route.socket]
}

resource "aws_lambda_permission" "socket" {
  for_each = {
    socket     = "${var.stage}/*"
    authorizer = "authorizers/${aws_apigatewayv2_authorizer.socket.id}"
  }

  statement_id  = "socket"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.api[each.key].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.socket.execution_arn}/${each.value}"
}

# The CLI derives the same names from app and stage alone: rename nothing here, or it will not find the stage.

locals {
  base    = "${var.app}-${var.stage}"
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.region

  parameters   = "/ai-pipeline/${var.app}/${var.stage}"
  secrets_path = "${local.parameters}/secrets"

  functions = {
    worker     = "${local.base}-worker"
    api        = "${local.base}-api"
    socket     = "${local.base}-socket"
    authorizer = "${local.base}-authorizer"
    reconciler = "${local.base}-reconciler"
  }

  http_url   = var.domain_name == "" ? aws_apigatewayv2_api.http.api_endpoint : "https://${var.domain_name}"
  socket_url = "${aws_apigatewayv2_api.socket.api_endpoint}/${var.stage}"
}

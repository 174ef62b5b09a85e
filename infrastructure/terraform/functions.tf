locals {
  # What each function runs with. The API's functions come in one archive.
  settings = merge(
    {
      AI_PIPELINE_APP               = var.app
      AI_PIPELINE_STAGE             = var.stage
      AI_PIPELINE_QUEUE_URL         = aws_sqs_queue.ai_task_queue.url
      AI_PIPELINE_DLQ_URL           = aws_sqs_queue.dead_letters.url
      AI_PIPELINE_TASKS_TABLE       = aws_dynamodb_table.tasks.name
      AI_PIPELINE_CONNECTIONS_TABLE = aws_dynamodb_table.connections.name
      AI_PIPELINE_BUCKET            = aws_s3_bucket.documents.bucket
      AI_PIPELINE_ALLOWED_BUCKETS   = join(",", concat([aws_s3_bucket.documents.bucket], var.document_buckets))
      AI_PIPELINE_MANAGEMENT_URL    = replace(local.socket_url, "wss://", "https://")
      AI_PIPELINE_SOCKET_URL        = local.socket_url
      AI_PIPELINE_SECRETS_PATH      = local.secrets_path
      AI_PIPELINE_MAX_ATTEMPTS      = tostring(var.queue_max_attempts)
      AI_PIPELINE_BACKOFF_BASE      = tostring(var.backoff_base)
      AI_PIPELINE_BACKOFF_MAX       = tostring(var.backoff_max)
      AI_PIPELINE_TIMEOUT_RATIO     = tostring(var.model_timeout_ratio)
      AI_PIPELINE_TTL_DAYS          = tostring(var.results_ttl_days)
    },
    var.auth_issuer == "" ? {} : {
      AI_PIPELINE_AUTH_ISSUER   = var.auth_issuer
      AI_PIPELINE_AUTH_AUDIENCE = join(",", var.auth_audience)
    },
    var.auth_jwks_uri == "" ? {} : { AI_PIPELINE_AUTH_JWKS_URI = var.auth_jwks_uri },
    length(var.allowed_origins) == 0 ? {} : { AI_PIPELINE_ALLOWED_ORIGINS = join(",", var.allowed_origins) },
    length(var.callback_hosts) == 0 ? {} : { AI_PIPELINE_CALLBACK_HOSTS = join(",", var.callback_hosts) },
    { NODE_OPTIONS = "--enable-source-maps" },
  )

  # API Gateway waits 30 seconds.
  api_functions = {
    api        = { timeout = 29 }
    socket     = { timeout = 29 }
    authorizer = { timeout = 29 }
    reconciler = { timeout = 60 }
  }
}

resource "aws_lambda_function" "ai_worker" {
  function_name    = local.functions.worker
  description      = "Runs a task: what the project's worker does."
  role             = aws_iam_role.function["worker"].arn
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  handler          = "index.handler"
  filename         = "${path.module}/${var.worker_code}"
  source_code_hash = var.worker_code_sha256
  timeout          = var.worker_timeout
  memory_size      = var.worker_memory

  # Its cap is the mapping's maximum concurrency; reserved concurrency is added where the account has room for it.
  reserved_concurrent_executions = var.worker_reserved_concurrency == 0 ? -1 : var.worker_reserved_concurrency

  environment {
    variables = merge(local.settings, var.worker_environment)
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function["worker"].name
  }

  depends_on = [aws_iam_role_policy.function]

  lifecycle {
    precondition {
      # Messages that are taken from the queue and may not run count as received: they would end in the dead-letter queue.
      condition     = var.worker_reserved_concurrency == 0 || var.worker_reserved_concurrency >= var.worker_max_concurrency
      error_message = "worker_reserved_concurrency must be 0 or at least worker_max_concurrency: less would dead-letter tasks that never ran."
    }

    precondition {
      condition     = var.worker_code == "" ? true : filebase64sha256("${path.module}/${var.worker_code}") == var.worker_code_sha256
      error_message = "${var.worker_code} is not what the variables say: the code was built anew since. Build again, and apply what that writes."
    }
  }
}

resource "aws_lambda_function" "api" {
  for_each = local.api_functions

  function_name    = local.functions[each.key]
  description      = "The pipeline's ${each.key}."
  role             = aws_iam_role.function[each.key].arn
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  handler          = "index.${each.key}"
  filename         = "${path.module}/${var.api_code}"
  source_code_hash = var.api_code_sha256
  timeout          = each.value.timeout
  memory_size      = 256

  environment {
    variables = local.settings
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  depends_on = [aws_iam_role_policy.function]

  lifecycle {
    precondition {
      condition     = var.api_code == "" ? true : filebase64sha256("${path.module}/${var.api_code}") == var.api_code_sha256
      error_message = "${var.api_code} is not what the variables say: the code was built anew since. Build again, and apply what that writes."
    }
  }
}

# Finds tasks that died without a word.
resource "aws_cloudwatch_event_rule" "reconcile" {
  name                = local.functions.reconciler
  description         = "Looks for tasks that died without a word."
  schedule_expression = "rate(1 minute)"
}

resource "aws_cloudwatch_event_target" "reconcile" {
  rule      = aws_cloudwatch_event_rule.reconcile.name
  target_id = "reconciler"
  arn       = aws_lambda_function.api["reconciler"].arn
}

resource "aws_lambda_permission" "schedule" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.api["reconciler"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.reconcile.arn
}

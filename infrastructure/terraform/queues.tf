# The queue between the API and the worker: the "ai-processing-queue" of an event-driven pipeline.
resource "aws_sqs_queue" "ai_task_queue" {
  name                       = "${local.base}-tasks"
  visibility_timeout_seconds = var.queue_visibility_timeout # 300
  message_retention_seconds  = var.queue_retention
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.queue_max_attempts
  })
}

resource "aws_lambda_event_source_mapping" "sqs_to_lambda" {
  event_source_arn = aws_sqs_queue.ai_task_queue.arn
  function_name    = aws_lambda_function.ai_worker.arn
  batch_size       = var.queue_batch_size # 1

  enabled                            = var.worker_enabled
  maximum_batching_window_in_seconds = var.queue_batch_window
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.worker_max_concurrency
  }

  lifecycle {
    # A stage that was paused by hand stays paused.
    ignore_changes = [enabled]
  }
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${local.base}-tasks-dlq"
  message_retention_seconds = var.dead_letter_retention
  sqs_managed_sse_enabled   = true
}

# Nobody else's queue may leave its dead letters here.
resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.ai_task_queue.arn]
  })
}

resource "aws_sqs_queue_policy" "tls_only" {
  for_each = {
    tasks        = aws_sqs_queue.ai_task_queue
    dead_letters = aws_sqs_queue.dead_letters
  }
  queue_url = each.value.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

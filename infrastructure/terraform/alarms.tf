locals {
  alarm_actions = var.alarm_topic == "" ? [] : [var.alarm_topic]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name        = "${local.base}-dead-letters"
  alarm_description = "Tasks failed for good. See: ai-pipeline dlq inspect --stage ${var.stage}"
  # Not NumberOfMessagesSent: it does not count what SQS moves there by itself.
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  lifecycle {
    precondition {
      condition     = var.alarm_topic == "" || try(split(":", var.alarm_topic)[3], "") == local.region
      error_message = "alarm_topic must be in the stage's region, ${local.region}: an alarm tells no other."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "message_age" {
  alarm_name          = "${local.base}-message-age"
  alarm_description   = "Tasks wait too long. See: ai-pipeline status --stage ${var.stage}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.ai_task_queue.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarm_message_age
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

# A task that fails is no error of its function: these are crashes and timeouts.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.base}-errors"
  alarm_description   = "The worker itself fails. See: ai-pipeline logs --stage ${var.stage} --function worker --level error"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.ai_worker.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name          = "${local.base}-throttles"
  alarm_description   = "The worker is throttled: throttled receives count as attempts."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = aws_lambda_function.ai_worker.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "cost" {
  alarm_name          = "${local.base}-cost"
  alarm_description   = "The models cost more than ${var.alarm_cost_per_hour} US dollars in an hour. See: ai-pipeline status --stage ${var.stage}"
  namespace           = "ai-pipeline"
  metric_name         = "CostUsd"
  dimensions          = { App = var.app, Stage = var.stage }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarm_cost_per_hour
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

locals {
  pipeline = ["App", var.app, "Stage", var.stage]
  queue    = ["QueueName", aws_sqs_queue.ai_task_queue.name]
  letters  = ["QueueName", aws_sqs_queue.dead_letters.name]
}

resource "aws_cloudwatch_dashboard" "pipeline" {
  dashboard_name = local.base

  dashboard_body = jsonencode({
    widgets = [
      {
        type = "metric", x = 0, y = 0, width = 24, height = 8
        properties = {
          title  = "Task duration against cost"
          region = local.region
          period = 300
          metrics = [
            concat(["ai-pipeline", "TaskDuration"], local.pipeline, [{ stat = "p50", label = "duration p50" }]),
            concat(["ai-pipeline", "TaskDuration"], local.pipeline, [{ stat = "p95", label = "duration p95" }]),
            concat(["ai-pipeline", "CostUsd"], local.pipeline, [{ stat = "Sum", label = "cost (USD)", yAxis = "right" }]),
          ]
          yAxis = { left = { label = "ms", min = 0 }, right = { label = "USD", min = 0 } }
        }
      },
      {
        type = "metric", x = 0, y = 8, width = 12, height = 6
        properties = {
          title  = "Tasks"
          region = local.region
          period = 300
          stat   = "Sum"
          metrics = [
            concat(["ai-pipeline", "TasksCompleted"], local.pipeline),
            concat(["ai-pipeline", "TasksFailed"], local.pipeline),
            concat(["ai-pipeline", "AttemptsFailed"], local.pipeline),
          ]
        }
      },
      {
        type = "metric", x = 12, y = 8, width = 12, height = 6
        properties = {
          title  = "Queues"
          region = local.region
          period = 60
          stat   = "Maximum"
          metrics = [
            concat(["AWS/SQS", "ApproximateNumberOfMessagesVisible"], local.queue, [{ label = "waiting" }]),
            concat(["AWS/SQS", "ApproximateNumberOfMessagesVisible"], local.letters, [{ label = "dead letters" }]),
            concat(["AWS/SQS", "ApproximateAgeOfOldestMessage"], local.queue, [{ label = "oldest (s)", yAxis = "right" }]),
          ]
        }
      },
    ]
  })
}

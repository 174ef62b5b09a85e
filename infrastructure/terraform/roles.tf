# One role a function, with what its code calls and nothing else.

locals {
  tasks         = aws_dynamodb_table.tasks.arn
  tasks_by_time = "${aws_dynamodb_table.tasks.arn}/index/by-time"
  connections   = aws_dynamodb_table.connections.arn
  bucket        = aws_s3_bucket.documents.arn
  other_buckets = [for name in var.document_buckets : "arn:${data.aws_partition.current.partition}:s3:::${name}"]

  # To whoever is connected.
  post_to_sockets = {
    Sid      = "PushEvents"
    Action   = ["execute-api:ManageConnections"]
    Resource = ["${aws_apigatewayv2_api.socket.execution_arn}/${var.stage}/POST/@connections/*"]
  }

  # SecureStrings under the service's own key, which every principal of the account may use through SSM. What the internet reaches
  # reads those of the stage itself, and no model's key.
  secrets = "arn:${data.aws_partition.current.partition}:ssm:${local.region}:${local.account}:parameter${local.secrets_path}"

  read_secrets = {
    Sid      = "ReadSecrets"
    Action   = ["ssm:GetParametersByPath"]
    Resource = [local.secrets, "${local.secrets}/*"]
  }

  read_token = {
    Sid      = "ReadToken"
    Action   = ["ssm:GetParameter"]
    Resource = ["${local.secrets}/STAGE_TOKEN"]
  }

  read_webhook_secret = {
    Sid      = "ReadWebhookSecret"
    Action   = ["ssm:GetParameter"]
    Resource = ["${local.secrets}/WEBHOOK_SECRET"]
  }

  read_followers = {
    Sid      = "Connections"
    Action   = ["dynamodb:Query", "dynamodb:BatchWriteItem"]
    Resource = [local.connections]
  }

  write_tasks = {
    Sid      = "Tasks"
    Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"]
    Resource = [local.tasks]
  }

  list_tasks = {
    Sid      = "TasksByTime"
    Action   = ["dynamodb:Query"]
    Resource = [local.tasks_by_time]
  }

  permissions = {
    worker = concat(
      [
        {
          # The event source mapping receives and deletes in the function's name.
          Sid      = "TakeTasks"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
          Resource = [aws_sqs_queue.ai_task_queue.arn]
        },
        {
          Sid      = "ReadDocuments"
          Action   = ["s3:GetObject"]
          Resource = ["${local.bucket}/*"]
        },
        {
          # Without it S3 says that a document which is not there is forbidden.
          Sid      = "TellMissingFromForbidden"
          Action   = ["s3:ListBucket"]
          Resource = [local.bucket]
        },
        {
          Sid      = "StoreResults"
          Action   = ["s3:PutObject"]
          Resource = ["${local.bucket}/results/*"]
        },
        local.write_tasks,
        local.read_followers,
        local.post_to_sockets,
        local.read_secrets,
      ],
      length(var.document_buckets) == 0 ? [] : [
        {
          Sid      = "ReadOtherBuckets"
          Action   = ["s3:GetObject"]
          Resource = [for arn in local.other_buckets : "${arn}/*"]
        },
        {
          Sid      = "TellMissingInOtherBuckets"
          Action   = ["s3:ListBucket"]
          Resource = local.other_buckets
        },
      ],
      length(var.bedrock_models) == 0 ? [] : [
        {
          Sid      = "CallModels"
          Action   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
          Resource = var.bedrock_models
        },
      ],
    )

    api = [
      {
        Sid      = "SendTasks"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.ai_task_queue.arn]
      },
      {
        # It signs the addresses that clients upload to.
        Sid      = "TakeDocuments"
        Action   = ["s3:PutObject"]
        Resource = ["${local.bucket}/documents/*"]
      },
      {
        Sid      = "ReadResults"
        Action   = ["s3:GetObject"]
        Resource = ["${local.bucket}/results/*"]
      },
      {
        Sid      = "TellMissingFromForbidden"
        Action   = ["s3:ListBucket"]
        Resource = [local.bucket]
      },
      local.write_tasks,
      local.list_tasks,
      local.read_followers,
      local.post_to_sockets,
      local.read_token,
      local.read_webhook_secret,
    ]

    socket = [
      {
        Sid      = "Tasks"
        Action   = ["dynamodb:GetItem", "dynamodb:Query"]
        Resource = [local.tasks]
      },
      {
        Sid      = "Connections"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchWriteItem"]
        Resource = [local.connections]
      },
      local.post_to_sockets,
      local.read_token,
    ]

    authorizer = [local.read_token]

    reconciler = [
      {
        Sid      = "CountAndSend"
        Action   = ["sqs:GetQueueAttributes", "sqs:SendMessage"]
        Resource = [aws_sqs_queue.ai_task_queue.arn]
      },
      {
        # It looks there for tasks whose worker never started, and gives all of it back.
        Sid      = "LookAtDeadLetters"
        Action   = ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"]
        Resource = [aws_sqs_queue.dead_letters.arn]
      },
      {
        # Where Lambda writes why it did not start. The log group is named in either form.
        Sid      = "ReadWorkerLogs"
        Action   = ["logs:FilterLogEvents"]
        Resource = [aws_cloudwatch_log_group.function["worker"].arn, "${aws_cloudwatch_log_group.function["worker"].arn}:*"]
      },
      local.write_tasks,
      local.list_tasks,
      local.read_followers,
      local.post_to_sockets,
      local.read_secrets,
      local.read_webhook_secret,
    ]
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name        = each.value
  description = "Of the function ${each.value}."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name = "own"
  role = aws_iam_role.function[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for permission in concat(local.permissions[each.key], [
        {
          Sid      = "WriteLogs"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
        },
      ]) : merge({ Effect = "Allow" }, permission)
    ]
  })
}

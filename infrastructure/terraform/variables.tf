# `ai-pipeline build` writes these from ai-pipeline.config.ts into terraform.tfvars.json; those at the end are yours alone.
# Times are in seconds unless a name says otherwise.

variable "app" {
  description = "Begins every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.app))
    error_message = "An app's name is 2 to 32 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen."
  }
}

variable "stage" {
  description = "The stage's name: one workspace a stage."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.stage))
    error_message = "A stage's name is 1 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "worker_code" {
  description = "The worker's archive, from this folder."
  type        = string
}

variable "worker_code_sha256" {
  description = "Base64 of its SHA-256: new code is what changes it."
  type        = string
}

variable "api_code" {
  description = "The archive of the functions behind the APIs, from this folder."
  type        = string
}

variable "api_code_sha256" {
  description = "Base64 of its SHA-256."
  type        = string
}

variable "worker_timeout" {
  description = "How long an attempt may take."
  type        = number
  default     = 50

  validation {
    condition     = var.worker_timeout >= 1 && var.worker_timeout <= 900
    error_message = "Lambda takes a timeout from 1 to 900 seconds."
  }
}

variable "worker_memory" {
  description = "MB. A function's share of CPU grows with it."
  type        = number
  default     = 1024
}

variable "worker_max_concurrency" {
  description = "How many attempts run at once: it shields the model's rate limit."
  type        = number
  default     = 5

  validation {
    condition     = var.worker_max_concurrency >= 2 && var.worker_max_concurrency <= 1000
    error_message = "SQS takes a maximum concurrency from 2 to 1000."
  }
}

variable "worker_reserved_concurrency" {
  description = "Concurrency set aside for the worker alone; 0 for none, as accounts with a limit of 10 have none to spare."
  type        = number
  default     = 0
}

variable "worker_enabled" {
  description = "Whether a new stage takes messages at once. Afterwards `ai-pipeline pause` and `resume` decide."
  type        = bool
  default     = true
}

variable "worker_environment" {
  description = "Variables beside the settings. No secrets: those lie in SSM (`ai-pipeline secrets set`)."
  type        = map(string)
  default     = {}
}

variable "queue_max_attempts" {
  description = "Receives before the dead-letter queue."
  type        = number
  default     = 3
}

variable "queue_batch_size" {
  description = "Messages an invocation."
  type        = number
  default     = 1
}

variable "queue_batch_window" {
  description = "How long a batch may wait to be filled."
  type        = number
  default     = 0
}

variable "queue_visibility_timeout" {
  description = "6 times the worker's timeout and the batch window, as AWS advises for Lambda."
  type        = number
  default     = 300

  validation {
    condition     = var.queue_visibility_timeout >= 0 && var.queue_visibility_timeout <= 43200
    error_message = "SQS takes a visibility timeout from 0 to 43200 seconds."
  }
}

variable "queue_retention" {
  description = "How long a task may wait."
  type        = number
  default     = 345600
}

variable "dead_letter_retention" {
  description = "Longer than the queue's: a dead letter's age counts from its first send."
  type        = number
  default     = 1209600
}

variable "backoff_base" {
  description = "Of the exponential back-off between attempts."
  type        = number
  default     = 5
}

variable "backoff_max" {
  description = "The longest wait between attempts."
  type        = number
  default     = 300
}

variable "model_timeout_ratio" {
  description = "Share of the function's remaining time after which every call is aborted."
  type        = number
  default     = 0.8
}

variable "results_ttl_days" {
  description = "Days until records, events and results are removed."
  type        = number
  default     = 14
}

variable "document_buckets" {
  description = "Buckets a documentReference may name beside the stage's own."
  type        = list(string)
  default     = []
}

variable "allowed_origins" {
  description = "Origins of browsers, for CORS and WebSocket connections."
  type        = list(string)
  default     = []
}

variable "callback_hosts" {
  description = "Hosts a callbackUrl may have; empty for any public one."
  type        = list(string)
  default     = []
}

variable "auth_issuer" {
  description = "Identity provider of user callers; empty when only the stage's token is accepted."
  type        = string
  default     = ""
}

variable "auth_audience" {
  description = "Audiences of its tokens."
  type        = list(string)
  default     = []
}

variable "auth_jwks_uri" {
  description = "Where its keys are; empty for the issuer's well-known address."
  type        = string
  default     = ""
}

variable "log_retention_days" {
  description = "Days until logs are removed."
  type        = number
  default     = 30

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "alarm_topic" {
  description = "ARN of the SNS topic that alarms tell; empty: they are seen in CloudWatch alone."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)?$", var.alarm_topic))
    error_message = "This is no ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:on-call."
  }
}

variable "alarm_cost_per_hour" {
  description = "US dollars that the models may cost in an hour before an alarm."
  type        = number
  default     = 10
}

variable "alarm_message_age" {
  description = "How long the oldest task may wait before an alarm."
  type        = number
  default     = 900
}

variable "domain_name" {
  description = "Host name of the HTTP API; empty for the one that AWS gives. Point it at the output domain_target."
  type        = string
  default     = ""
}

variable "domain_certificate" {
  description = "ARN of the host name's certificate, in the stage's region."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9_-]+)?$", var.domain_certificate))
    error_message = "This is no ARN of an ACM certificate, such as arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-...."
  }
}

# Yours: set them in terraform.tfvars beside this file.

variable "account" {
  description = "The only account this may be applied to; empty for any."
  type        = string
  default     = ""
}

variable "region" {
  description = "The only region this may be applied to; empty for any."
  type        = string
  default     = ""
}

variable "api_rate_limit" {
  description = "Requests a second that each API takes before it answers 429."
  type        = number
  default     = 100
}

variable "api_burst_limit" {
  description = "Requests that each API takes at once."
  type        = number
  default     = 200
}

variable "bedrock_models" {
  description = "ARNs of the Bedrock models or inference profiles that the worker may call."
  type        = list(string)
  default     = []
}

variable "websocket_access_logs" {
  description = "Needs the account's CloudWatch role for API Gateway, which is one for all of a region's APIs."
  type        = bool
  default     = true
}

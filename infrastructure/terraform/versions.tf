terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # An index's key_schema came with 6.29, differed from itself until 6.32.1, and lost other indexes until 6.37.
      version = "~> 6.37"
    }
  }
}

# Region and credentials are found as the AWS CLI finds them: AWS_REGION, AWS_PROFILE, SSO, a role.
provider "aws" {
  # Another account than the one the stage was made in is refused before anything is planned.
  allowed_account_ids = var.account == "" ? null : [var.account]

  default_tags {
    tags = {
      "ai-pipeline:app"   = var.app
      "ai-pipeline:stage" = var.stage
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

data "aws_region" "current" {
  lifecycle {
    postcondition {
      # Every resource has its region: in another one, all of the stage would be made anew.
      condition     = contains(["", self.region], var.region)
      error_message = "The region is ${self.region}, but this may be applied to ${var.region} alone: set AWS_REGION, or the variable region."
    }
  }
}

# Records, events and streamed text of tasks.
resource "aws_dynamodb_table" "tasks" {
  name         = "${local.base}-tasks"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  dynamic "attribute" {
    for_each = ["pk", "sk", "gpk", "gsk"]
    content {
      name = attribute.value
      type = "S"
    }
  }

  global_secondary_index {
    name            = "by-time"
    projection_type = "ALL"

    key_schema {
      attribute_name = "gpk"
      key_type       = "HASH"
    }
    key_schema {
      attribute_name = "gsk"
      key_type       = "RANGE"
    }
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }
}

# Who is connected and follows what: gone within hours, so there is nothing to recover.
resource "aws_dynamodb_table" "connections" {
  name         = "${local.base}-connections"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  dynamic "attribute" {
    for_each = ["pk", "sk"]
    content {
      name = attribute.value
      type = "S"
    }
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }
}

# Documents that tasks refer to, and results too large for a record.
resource "aws_s3_bucket" "documents" {
  bucket = "${local.base}-documents-${local.account}"
}

resource "aws_s3_bucket_public_access_block" "documents" {
  bucket                  = aws_s3_bucket.documents.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No ACLs: whatever is in the bucket is the account's.
resource "aws_s3_bucket_ownership_controls" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    id     = "as-long-as-their-records"
    status = "Enabled"
    filter {}
    expiration {
      days = var.results_ttl_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_policy" "tls_only" {
  bucket = aws_s3_bucket.documents.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.documents.arn, "${aws_s3_bucket.documents.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.documents]
}

# Browsers upload with the address that POST /documents gives them.
resource "aws_s3_bucket_cors_configuration" "documents" {
  count  = length(var.allowed_origins) == 0 ? 0 : 1
  bucket = aws_s3_bucket.documents.id

  cors_rule {
    allowed_origins = var.allowed_origins
    allowed_methods = ["GET", "PUT"]
    allowed_headers = ["*"]
  }
}

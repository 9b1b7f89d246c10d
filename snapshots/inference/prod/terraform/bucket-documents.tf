# The bucket documents (bucket.documents), stated in examples/inference/embedding/main.py at
# documents.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

# The bucket.
resource "aws_s3_bucket" "documents" {
  bucket        = "inference-prod-documents-123456789012"
  force_destroy = false

  lifecycle {
    prevent_destroy = true
  }
}

# Keeps the public out.
resource "aws_s3_bucket_public_access_block" "bucket_documents" {
  bucket                  = aws_s3_bucket.documents.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

# No access lists on objects.
resource "aws_s3_bucket_ownership_controls" "bucket_documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Refuses requests without TLS.
resource "aws_s3_bucket_policy" "bucket_documents" {
  bucket = aws_s3_bucket.documents.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.documents.arn, "${aws_s3_bucket.documents.arn}/*"]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.bucket_documents]
}

# Keeps what is overwritten.
resource "aws_s3_bucket_versioning" "bucket_documents" {
  bucket = aws_s3_bucket.documents.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypts at rest.
resource "aws_s3_bucket_server_side_encryption_configuration" "bucket_documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.key_arn
    }
  }
}

# Throws away what nobody finished or needs.
resource "aws_s3_bucket_lifecycle_configuration" "bucket_documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    id     = "stale-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }
  }

  depends_on = [aws_s3_bucket_versioning.bucket_documents]
}

# Tells other apps.
resource "aws_ssm_parameter" "bucket_documents_name" {
  name        = "/klo/inference/prod/bucket/documents/name"
  description = "name of bucket.documents"
  type        = "String"
  value       = aws_s3_bucket.documents.id
}

# Tells other apps.
resource "aws_ssm_parameter" "bucket_documents_arn" {
  name        = "/klo/inference/prod/bucket/documents/arn"
  description = "arn of bucket.documents"
  type        = "String"
  value       = aws_s3_bucket.documents.arn
}

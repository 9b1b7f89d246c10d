# The site storefront (site.storefront), stated in examples/shop/klo.yaml at
# declare.site.storefront.
#
# shop, environment dev. Written by klo from the annotated source: change that instead.

# Holds its files.
resource "aws_s3_bucket" "site_storefront" {
  bucket        = "shop-dev-storefront-site"
  force_destroy = true
}

# Nobody reads it directly.
resource "aws_s3_bucket_public_access_block" "site_storefront" {
  bucket                  = aws_s3_bucket.site_storefront.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No access lists.
resource "aws_s3_bucket_ownership_controls" "site_storefront" {
  bucket = aws_s3_bucket.site_storefront.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Encrypted at rest.
resource "aws_s3_bucket_server_side_encryption_configuration" "site_storefront" {
  bucket = aws_s3_bucket.site_storefront.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# An upload can be taken back.
resource "aws_s3_bucket_versioning" "site_storefront" {
  bucket = aws_s3_bucket.site_storefront.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Old versions go away.
resource "aws_s3_bucket_lifecycle_configuration" "site_storefront" {
  bucket = aws_s3_bucket.site_storefront.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.site_storefront]
}

# Only its distribution reads it.
resource "aws_s3_bucket_policy" "site_storefront" {
  bucket = aws_s3_bucket.site_storefront.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          aws_s3_bucket.site_storefront.arn,
          "${aws_s3_bucket.site_storefront.arn}/*",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
      {
        Sid    = "CloudFront"
        Effect = "Allow"
        Principal = {
          Service = "cloudfront.amazonaws.com"
        }
        Action   = "s3:GetObject"
        Resource = "${aws_s3_bucket.site_storefront.arn}/*"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = aws_cloudfront_distribution.site_storefront.arn
          }
        }
      },
      {
        Sid    = "CloudFrontList"
        Effect = "Allow"
        Principal = {
          Service = "cloudfront.amazonaws.com"
        }
        Action   = "s3:ListBucket"
        Resource = aws_s3_bucket.site_storefront.arn
        Condition = {
          ArnLike = {
            "aws:SourceArn" = aws_cloudfront_distribution.site_storefront.arn
          }
        }
      },
    ]
  })
}

# CloudFront signs its requests to the bucket.
resource "aws_cloudfront_origin_access_control" "site_storefront" {
  name                              = "shop-dev-storefront"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Headers that tell browsers to be careful.
resource "aws_cloudfront_response_headers_policy" "site_storefront" {
  name = "shop-dev-storefront-headers"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 31536000
      override                   = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      override     = false
      frame_option = "SAMEORIGIN"
    }

    referrer_policy {
      override        = false
      referrer_policy = "strict-origin-when-cross-origin"
    }
  }
}

# Serves its files.
resource "aws_cloudfront_distribution" "site_storefront" {
  enabled             = true
  comment             = "site.storefront"
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = "PriceClass_100"
  default_root_object = "index.html"

  origin {
    domain_name              = aws_s3_bucket.site_storefront.bucket_regional_domain_name
    origin_id                = "bucket"
    origin_access_control_id = aws_cloudfront_origin_access_control.site_storefront.id
  }

  default_cache_behavior {
    target_origin_id           = "bucket"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    response_headers_policy_id = aws_cloudfront_response_headers_policy.site_storefront.id
  }

  custom_error_response {
    error_code         = 404
    response_code      = 200
    response_page_path = "/index.html"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

# A line per request.
resource "aws_cloudwatch_log_group" "site_storefront_access" {
  provider = aws.us_east_1

  name              = "/aws/cloudfront/shop-dev-storefront"
  retention_in_days = 30
}

# A line per request.
resource "aws_cloudwatch_log_delivery_source" "site_storefront_access" {
  provider = aws.us_east_1

  name         = "shop-dev-storefront-access"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.site_storefront.arn
}

# A line per request.
resource "aws_cloudwatch_log_delivery_destination" "site_storefront_access" {
  provider = aws.us_east_1

  name          = "shop-dev-storefront-access"
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = aws_cloudwatch_log_group.site_storefront_access.arn
  }
}

# A line per request.
resource "aws_cloudwatch_log_delivery" "site_storefront_access" {
  provider = aws.us_east_1

  delivery_source_name     = aws_cloudwatch_log_delivery_source.site_storefront_access.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.site_storefront_access.arn
}

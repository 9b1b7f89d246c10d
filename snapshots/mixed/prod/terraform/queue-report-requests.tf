# The queue report-requests (queue.report-requests), stated in examples/mixed/api/main.py at queue.
#
# reports, environment prod. Written by klo from the annotated source: change that instead.

# Messages that could not be handled.
resource "aws_sqs_queue" "queue_report_requests_dead" {
  name                      = "reports-prod-report-requests-dead"
  kms_master_key_id         = var.key_arn
  message_retention_seconds = 1209600

  lifecycle {
    prevent_destroy = true
  }
}

# The queue.
resource "aws_sqs_queue" "report_requests" {
  name                       = "reports-prod-report-requests"
  kms_master_key_id          = var.key_arn
  visibility_timeout_seconds = 300
  message_retention_seconds  = 345600

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.queue_report_requests_dead.arn
    maxReceiveCount     = 3
  })

  lifecycle {
    prevent_destroy = true
  }
}

# Only this queue may use its dead-letter queue.
resource "aws_sqs_queue_redrive_allow_policy" "queue_report_requests_dead" {
  queue_url = aws_sqs_queue.queue_report_requests_dead.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.report_requests.arn]
  })
}

# Refuses requests without TLS.
resource "aws_sqs_queue_policy" "queue_report_requests" {
  queue_url = aws_sqs_queue.report_requests.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.report_requests.arn
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# Refuses requests without TLS.
resource "aws_sqs_queue_policy" "queue_report_requests_dead" {
  queue_url = aws_sqs_queue.queue_report_requests_dead.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.queue_report_requests_dead.arn
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

# Tells other apps.
resource "aws_ssm_parameter" "queue_report_requests_url" {
  name        = "/klo/reports/prod/queue/report-requests/url"
  description = "url of queue.report-requests"
  type        = "String"
  value       = aws_sqs_queue.report_requests.url
}

# Tells other apps.
resource "aws_ssm_parameter" "queue_report_requests_name" {
  name        = "/klo/reports/prod/queue/report-requests/name"
  description = "name of queue.report-requests"
  type        = "String"
  value       = aws_sqs_queue.report_requests.name
}

# Tells other apps.
resource "aws_ssm_parameter" "queue_report_requests_arn" {
  name        = "/klo/reports/prod/queue/report-requests/arn"
  description = "arn of queue.report-requests"
  type        = "String"
  value       = aws_sqs_queue.report_requests.arn
}

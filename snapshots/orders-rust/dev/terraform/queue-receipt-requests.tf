# The queue receipt-requests (queue.receipt-requests), stated in
# examples/orders-rust/crates/storage/src/requests.rs at Requests::new::queue_url.
#
# orders-rust, environment dev. Written by klo from the annotated source: change that instead.

# Messages that could not be handled.
resource "aws_sqs_queue" "queue_receipt_requests_dead" {
  name                      = "orders-rust-dev-receipt-requests-dead"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

# The queue.
resource "aws_sqs_queue" "receipt_requests" {
  name                       = "orders-rust-dev-receipt-requests"
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = 120
  message_retention_seconds  = 345600

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.queue_receipt_requests_dead.arn
    maxReceiveCount     = 5
  })
}

# Only this queue may use its dead-letter queue.
resource "aws_sqs_queue_redrive_allow_policy" "queue_receipt_requests_dead" {
  queue_url = aws_sqs_queue.queue_receipt_requests_dead.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.receipt_requests.arn]
  })
}

# Refuses requests without TLS.
resource "aws_sqs_queue_policy" "queue_receipt_requests" {
  queue_url = aws_sqs_queue.receipt_requests.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.receipt_requests.arn
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
resource "aws_sqs_queue_policy" "queue_receipt_requests_dead" {
  queue_url = aws_sqs_queue.queue_receipt_requests_dead.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.queue_receipt_requests_dead.arn
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
resource "aws_ssm_parameter" "queue_receipt_requests_url" {
  name        = "/klo/orders-rust/dev/queue/receipt-requests/url"
  description = "url of queue.receipt-requests"
  type        = "String"
  value       = aws_sqs_queue.receipt_requests.url
}

# Tells other apps.
resource "aws_ssm_parameter" "queue_receipt_requests_name" {
  name        = "/klo/orders-rust/dev/queue/receipt-requests/name"
  description = "name of queue.receipt-requests"
  type        = "String"
  value       = aws_sqs_queue.receipt_requests.name
}

# Tells other apps.
resource "aws_ssm_parameter" "queue_receipt_requests_arn" {
  name        = "/klo/orders-rust/dev/queue/receipt-requests/arn"
  description = "arn of queue.receipt-requests"
  type        = "String"
  value       = aws_sqs_queue.receipt_requests.arn
}

# The function receipt-worker (function.receipt-worker), stated in
# examples/shop/services/worker/main.py at write_receipt.
#
# shop, environment dev. Written by klo from the annotated source: change that instead.

# What the unit writes to its output.
resource "aws_cloudwatch_log_group" "function_receipt_worker" {
  name              = "/klo/shop/dev/receipt-worker"
  retention_in_days = 30
}

# What the unit's code may do.
resource "aws_iam_role" "function_receipt_worker" {
  name        = "shop-dev-receipt-worker"
  description = "function.receipt-worker: what the unit's code may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

# What Lambda does for the unit: logs, network, secrets at start.
resource "aws_iam_role_policy" "function_receipt_worker_runtime" {
  name = "runtime"
  role = aws_iam_role.function_receipt_worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.function_receipt_worker.arn}:*"
      },
    ]
  })
}

# Write and nothing else (function.receipt-worker -> bucket.receipts).
resource "aws_iam_role_policy" "function_receipt_worker_to_bucket_receipts" {
  name = "bucket-receipts"
  role = aws_iam_role.function_receipt_worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "BucketReceipts"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "${aws_s3_bucket.receipts.arn}/*"
      },
    ]
  })
}

# Runs the unit.
resource "aws_lambda_function" "function_receipt_worker" {
  function_name = "shop-dev-receipt-worker"
  description   = "function.receipt-worker"
  role          = aws_iam_role.function_receipt_worker.arn
  package_type  = "Image"
  image_uri     = "${var.repositories["function-receipt-worker"]}@${var.images["function-receipt-worker"]}"
  architectures = ["x86_64"]
  memory_size   = 512
  timeout       = 30

  environment {
    variables = {
      DATABASE_URL      = "postgresql+psycopg://unused.invalid/unused"
      RECEIPTS_BUCKET   = aws_s3_bucket.receipts.id
      RECEIPT_QUEUE_URL = "https://unused.invalid/unused"
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function_receipt_worker.name
  }

  depends_on = [
    aws_iam_role_policy.function_receipt_worker_runtime,
    aws_iam_role_policy.function_receipt_worker_to_bucket_receipts,
  ]
}

# What its role may do with what starts it (queue.receipt-requests -> function.receipt-worker).
resource "aws_iam_role_policy" "queue_receipt_requests_to_function_receipt_worker" {
  name = "queue-receipt-requests-to-function-receipt-worker"
  role = aws_iam_role.function_receipt_worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Consume"
        Effect = "Allow"
        Action = [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ReceiveMessage",
        ]
        Resource = aws_sqs_queue.receipt_requests.arn
      },
    ]
  })
}

# Hands it the queue's messages (queue.receipt-requests -> function.receipt-worker).
resource "aws_lambda_event_source_mapping" "queue_receipt_requests_to_function_receipt_worker" {
  event_source_arn        = aws_sqs_queue.receipt_requests.arn
  function_name           = aws_lambda_function.function_receipt_worker.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  depends_on = [aws_iam_role_policy.queue_receipt_requests_to_function_receipt_worker]
}

# Tells other apps.
resource "aws_ssm_parameter" "function_receipt_worker_arn" {
  name        = "/klo/shop/dev/function/receipt-worker/arn"
  description = "arn of function.receipt-worker"
  type        = "String"
  value       = aws_lambda_function.function_receipt_worker.arn
}

variable "name" {
  type = string
}

variable "kept_for" {
  description = "As klo writes durations: 4d."
  type        = string
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  message_retention_seconds  = tonumber(trimsuffix(var.kept_for, "d")) * 86400
  visibility_timeout_seconds = 300
}

output "url" {
  value = aws_sqs_queue.this.url
}

output "arns" {
  value = [aws_sqs_queue.this.arn]
}

output "name" {
  value = aws_sqs_queue.this.name
}

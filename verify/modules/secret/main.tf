variable "name" {
  type = string
}

resource "aws_secretsmanager_secret" "this" {
  name                    = "${var.name}-golden"
  recovery_window_in_days = 0
}

output "arn" {
  value = aws_secretsmanager_secret.this.arn
}

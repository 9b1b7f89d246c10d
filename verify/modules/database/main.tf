variable "name" {
  type = string
}

variable "engine" {
  type = string
}

variable "subnets" {
  type = list(string)
}

variable "security_groups" {
  type = list(string)
}

variable "settings" {
  type = object({ multi_az = bool, storage = optional(string) })
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnets
}

resource "aws_secretsmanager_secret" "this" {
  name                    = "${var.name}-golden"
  recovery_window_in_days = 0
}

ephemeral "aws_secretsmanager_random_password" "this" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo_version = 1

  secret_string_wo = jsonencode({
    username = "golden"
    password = ephemeral.aws_secretsmanager_random_password.this.random_password
  })
}

ephemeral "aws_secretsmanager_secret_version" "this" {
  secret_id  = aws_secretsmanager_secret.this.id
  version_id = aws_secretsmanager_secret_version.this.version_id
}

resource "aws_db_instance" "this" {
  identifier             = var.name
  engine                 = var.engine
  engine_version         = "17"
  instance_class         = "db.t4g.micro"
  allocated_storage      = 20
  port                   = 6543
  db_name                = "golden"
  username               = "golden"
  password_wo_version    = 1
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = var.security_groups
  multi_az               = var.settings.multi_az
  storage_encrypted      = true
  skip_final_snapshot    = true

  password_wo = jsondecode(
    ephemeral.aws_secretsmanager_secret_version.this.secret_string
  ).password
}

output "address" {
  value = aws_db_instance.this.address
}

output "port" {
  value = aws_db_instance.this.port
}

output "name" {
  value = aws_db_instance.this.db_name
}

output "secret_arn" {
  value = aws_secretsmanager_secret.this.arn
}

# The database results (database.results), stated in examples/inference/api/main.py at engine.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

locals {
  results_credentials = jsondecode(ephemeral.aws_secretsmanager_secret_version.database_results.secret_string)

  # A number that changes with the password, so that whatever holds it follows.
  results_revision = parseint(substr(sha256(aws_secretsmanager_secret_version.database_results.version_id), 0, 7), 16)

  # The URLs without what is secret: what changes here writes the secret anew.
  results_urls = {
    service_api_DATABASE_URL = "postgresql://klo@${aws_db_instance.results.address}:5432/results?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
  }
}

# Holds the user and password.
resource "aws_secretsmanager_secret" "database_results" {
  name                    = "inference-dev-results-database-credentials"
  description             = "user and password of database.results"
  recovery_window_in_days = 0
}

# A new password, never kept.
ephemeral "aws_secretsmanager_random_password" "database_results" {
  password_length     = 40
  exclude_punctuation = true
}

# Writes the password once.
resource "aws_secretsmanager_secret_version" "database_results" {
  secret_id = aws_secretsmanager_secret.database_results.id

  secret_string_wo = jsonencode({
    username = "klo"
    password = ephemeral.aws_secretsmanager_random_password.database_results.random_password
  })

  secret_string_wo_version = var.results_password_version
}

# Reads the password, which is not kept.
ephemeral "aws_secretsmanager_secret_version" "database_results" {
  secret_id  = aws_secretsmanager_secret.database_results.id
  version_id = aws_secretsmanager_secret_version.database_results.version_id
}

# Admits exactly what has an edge.
resource "aws_security_group" "database_results" {
  name        = "inference-dev-results-database"
  description = "Guards database.results"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "inference-dev-results-database"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The subnets it stands in.
resource "aws_db_subnet_group" "database_results" {
  name        = "inference-dev-results-database"
  description = "Subnets of database.results"
  subnet_ids  = [aws_subnet.data_1.id, aws_subnet.data_2.id]
}

# Refuses connections without TLS.
resource "aws_db_parameter_group" "database_results" {
  name        = "inference-dev-results-postgres17"
  description = "Settings of database.results"
  family      = "postgres17"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Takes its postgresql log; RDS would make one that keeps everything.
resource "aws_cloudwatch_log_group" "database_results_postgresql" {
  name              = "/aws/rds/instance/inference-dev-results/postgresql"
  retention_in_days = 30
}

# Takes its upgrade log; RDS would make one that keeps everything.
resource "aws_cloudwatch_log_group" "database_results_upgrade" {
  name              = "/aws/rds/instance/inference-dev-results/upgrade"
  retention_in_days = 30
}

# The database.
resource "aws_db_instance" "results" {
  identifier                      = "inference-dev-results"
  engine                          = "postgres"
  engine_version                  = "17"
  auto_minor_version_upgrade      = true
  instance_class                  = "db.t4g.small"
  allocated_storage               = 20
  storage_type                    = "gp3"
  storage_encrypted               = true
  db_name                         = "results"
  username                        = "klo"
  db_subnet_group_name            = aws_db_subnet_group.database_results.name
  password_wo                     = local.results_credentials.password
  password_wo_version             = local.results_revision
  parameter_group_name            = aws_db_parameter_group.database_results.name
  vpc_security_group_ids          = [aws_security_group.database_results.id]
  publicly_accessible             = false
  multi_az                        = false
  backup_retention_period         = 7
  copy_tags_to_snapshot           = true
  delete_automated_backups        = true
  deletion_protection             = false
  skip_final_snapshot             = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  apply_immediately               = true

  depends_on = [
    aws_cloudwatch_log_group.database_results_postgresql,
    aws_cloudwatch_log_group.database_results_upgrade,
  ]
}

# Admits the caller (service.api -> database.results).
resource "aws_vpc_security_group_ingress_rule" "service_api_to_database_results" {
  security_group_id            = aws_security_group.database_results.id
  description                  = "service.api to database.results"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.service_api.id
}

# Lets the caller reach it (service.api -> database.results).
resource "aws_vpc_security_group_egress_rule" "service_api_to_database_results" {
  security_group_id            = aws_security_group.service_api.id
  description                  = "service.api to database.results"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_results.id
}

# Holds the connection URLs.
resource "aws_secretsmanager_secret" "database_results_urls" {
  name                    = "inference-dev-results-database-urls"
  description             = "connection URLs of database.results"
  recovery_window_in_days = 0
}

# Writes the finished URLs.
resource "aws_secretsmanager_secret_version" "database_results_urls" {
  secret_id = aws_secretsmanager_secret.database_results_urls.id

  secret_string_wo = jsonencode({
    service_api_DATABASE_URL = "postgresql://klo:${urlencode(local.results_credentials.password)}@${aws_db_instance.results.address}:5432/results?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
  })

  secret_string_wo_version = parseint(substr(sha256(jsonencode([local.results_revision, local.results_urls])), 0, 7), 16)
}

# Tells other apps.
resource "aws_ssm_parameter" "database_results_host" {
  name        = "/klo/inference/dev/database/results/host"
  description = "host of database.results"
  type        = "String"
  value       = aws_db_instance.results.address
}

# Tells other apps.
resource "aws_ssm_parameter" "database_results_port" {
  name        = "/klo/inference/dev/database/results/port"
  description = "port of database.results"
  type        = "String"
  value       = "5432"
}

# Tells other apps.
resource "aws_ssm_parameter" "database_results_database" {
  name        = "/klo/inference/dev/database/results/database"
  description = "database of database.results"
  type        = "String"
  value       = "results"
}

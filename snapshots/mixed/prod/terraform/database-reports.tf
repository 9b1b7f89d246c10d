# The database reports (database.reports), stated in examples/mixed/api/main.py at engine.
#
# reports, environment prod. Written by klo from the annotated source: change that instead.

locals {
  reports_credentials = jsondecode(ephemeral.aws_secretsmanager_secret_version.database_reports.secret_string)

  # A number that changes with the password, so that whatever holds it follows.
  reports_revision = parseint(substr(sha256(aws_secretsmanager_secret_version.database_reports.version_id), 0, 7), 16)

  # The URLs without what is secret: what changes here writes the secret anew.
  reports_urls = {
    service_api_DATABASE_URL   = "postgresql+asyncpg://klo@${aws_db_instance.reports.address}:5432/reports?ssl=verify-full"
    service_worker_REPORTS_URL = "postgresql://klo@${aws_db_instance.reports.address}:5432/reports?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
  }
}

# Holds the user and password.
resource "aws_secretsmanager_secret" "database_reports" {
  name                    = "reports-prod-reports-database-credentials"
  description             = "user and password of database.reports"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 30
}

# A new password, never kept.
ephemeral "aws_secretsmanager_random_password" "database_reports" {
  password_length     = 40
  exclude_punctuation = true
}

# Writes the password once.
resource "aws_secretsmanager_secret_version" "database_reports" {
  secret_id = aws_secretsmanager_secret.database_reports.id

  secret_string_wo = jsonencode({
    username = "klo"
    password = ephemeral.aws_secretsmanager_random_password.database_reports.random_password
  })

  secret_string_wo_version = var.reports_password_version
}

# Reads the password, which is not kept.
ephemeral "aws_secretsmanager_secret_version" "database_reports" {
  secret_id  = aws_secretsmanager_secret.database_reports.id
  version_id = aws_secretsmanager_secret_version.database_reports.version_id
}

# Admits exactly what has an edge.
resource "aws_security_group" "database_reports" {
  name        = "reports-prod-reports-database"
  description = "Guards database.reports"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "reports-prod-reports-database"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The subnets it stands in.
resource "aws_db_subnet_group" "database_reports" {
  name        = "reports-prod-reports-database"
  description = "Subnets of database.reports"
  subnet_ids  = [aws_subnet.data_1.id, aws_subnet.data_2.id, aws_subnet.data_3.id]
}

# Refuses connections without TLS.
resource "aws_db_parameter_group" "database_reports" {
  name        = "reports-prod-reports-postgres17"
  description = "Settings of database.reports"
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
resource "aws_cloudwatch_log_group" "database_reports_postgresql" {
  name              = "/aws/rds/instance/reports-prod-reports/postgresql"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# Takes its upgrade log; RDS would make one that keeps everything.
resource "aws_cloudwatch_log_group" "database_reports_upgrade" {
  name              = "/aws/rds/instance/reports-prod-reports/upgrade"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# The database.
resource "aws_db_instance" "reports" {
  identifier                            = "reports-prod-reports"
  engine                                = "postgres"
  engine_version                        = "17"
  auto_minor_version_upgrade            = true
  instance_class                        = "db.t4g.medium"
  allocated_storage                     = 20
  max_allocated_storage                 = 100
  storage_type                          = "gp3"
  storage_encrypted                     = true
  kms_key_id                            = var.key_arn
  db_name                               = "reports"
  username                              = "klo"
  db_subnet_group_name                  = aws_db_subnet_group.database_reports.name
  password_wo                           = local.reports_credentials.password
  password_wo_version                   = local.reports_revision
  parameter_group_name                  = aws_db_parameter_group.database_reports.name
  vpc_security_group_ids                = [aws_security_group.database_reports.id]
  publicly_accessible                   = false
  multi_az                              = true
  backup_retention_period               = 7
  copy_tags_to_snapshot                 = true
  delete_automated_backups              = false
  deletion_protection                   = true
  skip_final_snapshot                   = false
  final_snapshot_identifier             = "reports-prod-reports-final-${tostring(local.reports_revision)}"
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]
  performance_insights_enabled          = true
  performance_insights_retention_period = 7
  performance_insights_kms_key_id       = var.key_arn

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [
    aws_cloudwatch_log_group.database_reports_postgresql,
    aws_cloudwatch_log_group.database_reports_upgrade,
  ]
}

# Admits the caller (service.api -> database.reports).
resource "aws_vpc_security_group_ingress_rule" "service_api_to_database_reports" {
  security_group_id            = aws_security_group.database_reports.id
  description                  = "service.api to database.reports"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.service_api.id
}

# Lets the caller reach it (service.api -> database.reports).
resource "aws_vpc_security_group_egress_rule" "service_api_to_database_reports" {
  security_group_id            = aws_security_group.service_api.id
  description                  = "service.api to database.reports"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_reports.id
}

# Admits the caller (service.worker -> database.reports).
resource "aws_vpc_security_group_ingress_rule" "service_worker_to_database_reports" {
  security_group_id            = aws_security_group.database_reports.id
  description                  = "service.worker to database.reports"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.service_worker.id
}

# Lets the caller reach it (service.worker -> database.reports).
resource "aws_vpc_security_group_egress_rule" "service_worker_to_database_reports" {
  security_group_id            = aws_security_group.service_worker.id
  description                  = "service.worker to database.reports"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_reports.id
}

# Holds the connection URLs.
resource "aws_secretsmanager_secret" "database_reports_urls" {
  name                    = "reports-prod-reports-database-urls"
  description             = "connection URLs of database.reports"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 30
}

# Writes the finished URLs.
resource "aws_secretsmanager_secret_version" "database_reports_urls" {
  secret_id = aws_secretsmanager_secret.database_reports_urls.id

  secret_string_wo = jsonencode({
    service_api_DATABASE_URL   = "postgresql+asyncpg://klo:${urlencode(local.reports_credentials.password)}@${aws_db_instance.reports.address}:5432/reports?ssl=verify-full"
    service_worker_REPORTS_URL = "postgresql://klo:${urlencode(local.reports_credentials.password)}@${aws_db_instance.reports.address}:5432/reports?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
  })

  secret_string_wo_version = parseint(substr(sha256(jsonencode([local.reports_revision, local.reports_urls])), 0, 7), 16)
}

# Tells other apps.
resource "aws_ssm_parameter" "database_reports_host" {
  name        = "/klo/reports/prod/database/reports/host"
  description = "host of database.reports"
  type        = "String"
  value       = aws_db_instance.reports.address
}

# Tells other apps.
resource "aws_ssm_parameter" "database_reports_port" {
  name        = "/klo/reports/prod/database/reports/port"
  description = "port of database.reports"
  type        = "String"
  value       = "5432"
}

# Tells other apps.
resource "aws_ssm_parameter" "database_reports_database" {
  name        = "/klo/reports/prod/database/reports/database"
  description = "database of database.reports"
  type        = "String"
  value       = "reports"
}

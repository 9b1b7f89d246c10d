# The database orders (database.orders), stated in examples/orders-rust/crates/storage/src/orders.rs
# at Orders::connect::pool.
#
# orders-rust, environment dev. Written by klo from the annotated source: change that instead.

locals {
  orders_credentials = jsondecode(ephemeral.aws_secretsmanager_secret_version.database_orders.secret_string)

  # A number that changes with the password, so that whatever holds it follows.
  orders_revision = parseint(substr(sha256(aws_secretsmanager_secret_version.database_orders.version_id), 0, 7), 16)

  # The URLs without what is secret: what changes here writes the secret anew.
  orders_urls = {
    job_migrate_DATABASE_URL            = "postgresql://klo@${aws_db_instance.orders.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
    service_api_DATABASE_URL            = "postgresql://klo@${aws_db_instance.orders.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
    service_receipt_worker_DATABASE_URL = "postgresql://klo@${aws_db_instance.orders.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
  }
}

# Holds the user and password.
resource "aws_secretsmanager_secret" "database_orders" {
  name                    = "orders-rust-dev-orders-database-credentials"
  description             = "user and password of database.orders"
  recovery_window_in_days = 0
}

# A new password, never kept.
ephemeral "aws_secretsmanager_random_password" "database_orders" {
  password_length     = 40
  exclude_punctuation = true
}

# Writes the password once.
resource "aws_secretsmanager_secret_version" "database_orders" {
  secret_id = aws_secretsmanager_secret.database_orders.id

  secret_string_wo = jsonencode({
    username = "klo"
    password = ephemeral.aws_secretsmanager_random_password.database_orders.random_password
  })

  secret_string_wo_version = var.orders_password_version
}

# Reads the password, which is not kept.
ephemeral "aws_secretsmanager_secret_version" "database_orders" {
  secret_id  = aws_secretsmanager_secret.database_orders.id
  version_id = aws_secretsmanager_secret_version.database_orders.version_id
}

# Admits exactly what has an edge.
resource "aws_security_group" "database_orders" {
  name        = "orders-rust-dev-orders-database"
  description = "Guards database.orders"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "orders-rust-dev-orders-database"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The subnets it stands in.
resource "aws_db_subnet_group" "database_orders" {
  name        = "orders-rust-dev-orders-database"
  description = "Subnets of database.orders"
  subnet_ids  = [aws_subnet.data_1.id, aws_subnet.data_2.id]
}

# Refuses connections without TLS.
resource "aws_db_parameter_group" "database_orders" {
  name        = "orders-rust-dev-orders-postgres17"
  description = "Settings of database.orders"
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
resource "aws_cloudwatch_log_group" "database_orders_postgresql" {
  name              = "/aws/rds/instance/orders-rust-dev-orders/postgresql"
  retention_in_days = 30
}

# Takes its upgrade log; RDS would make one that keeps everything.
resource "aws_cloudwatch_log_group" "database_orders_upgrade" {
  name              = "/aws/rds/instance/orders-rust-dev-orders/upgrade"
  retention_in_days = 30
}

# The database.
resource "aws_db_instance" "orders" {
  identifier                      = "orders-rust-dev-orders"
  engine                          = "postgres"
  engine_version                  = "17"
  auto_minor_version_upgrade      = true
  instance_class                  = "db.t4g.small"
  allocated_storage               = 20
  storage_type                    = "gp3"
  storage_encrypted               = true
  db_name                         = "orders"
  username                        = "klo"
  db_subnet_group_name            = aws_db_subnet_group.database_orders.name
  password_wo                     = local.orders_credentials.password
  password_wo_version             = local.orders_revision
  parameter_group_name            = aws_db_parameter_group.database_orders.name
  vpc_security_group_ids          = [aws_security_group.database_orders.id]
  publicly_accessible             = false
  multi_az                        = false
  backup_retention_period         = 14
  copy_tags_to_snapshot           = true
  delete_automated_backups        = true
  deletion_protection             = false
  skip_final_snapshot             = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  apply_immediately               = true

  depends_on = [
    aws_cloudwatch_log_group.database_orders_postgresql,
    aws_cloudwatch_log_group.database_orders_upgrade,
  ]
}

# Admits the caller (job.migrate -> database.orders).
resource "aws_vpc_security_group_ingress_rule" "job_migrate_to_database_orders" {
  security_group_id            = aws_security_group.database_orders.id
  description                  = "job.migrate to database.orders"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.job_migrate.id
}

# Lets the caller reach it (job.migrate -> database.orders).
resource "aws_vpc_security_group_egress_rule" "job_migrate_to_database_orders" {
  security_group_id            = aws_security_group.job_migrate.id
  description                  = "job.migrate to database.orders"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_orders.id
}

# Admits the caller (service.api -> database.orders).
resource "aws_vpc_security_group_ingress_rule" "service_api_to_database_orders" {
  security_group_id            = aws_security_group.database_orders.id
  description                  = "service.api to database.orders"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.service_api.id
}

# Lets the caller reach it (service.api -> database.orders).
resource "aws_vpc_security_group_egress_rule" "service_api_to_database_orders" {
  security_group_id            = aws_security_group.service_api.id
  description                  = "service.api to database.orders"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_orders.id
}

# Admits the caller (service.receipt-worker -> database.orders).
resource "aws_vpc_security_group_ingress_rule" "service_receipt_worker_to_database_orders" {
  security_group_id            = aws_security_group.database_orders.id
  description                  = "service.receipt-worker to database.orders"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.service_receipt_worker.id
}

# Lets the caller reach it (service.receipt-worker -> database.orders).
resource "aws_vpc_security_group_egress_rule" "service_receipt_worker_to_database_orders" {
  security_group_id            = aws_security_group.service_receipt_worker.id
  description                  = "service.receipt-worker to database.orders"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_orders.id
}

# Holds the connection URLs.
resource "aws_secretsmanager_secret" "database_orders_urls" {
  name                    = "orders-rust-dev-orders-database-urls"
  description             = "connection URLs of database.orders"
  recovery_window_in_days = 0
}

# Writes the finished URLs.
resource "aws_secretsmanager_secret_version" "database_orders_urls" {
  secret_id = aws_secretsmanager_secret.database_orders_urls.id

  secret_string_wo = jsonencode({
    job_migrate_DATABASE_URL            = "postgresql://klo:${urlencode(local.orders_credentials.password)}@${aws_db_instance.orders.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
    service_api_DATABASE_URL            = "postgresql://klo:${urlencode(local.orders_credentials.password)}@${aws_db_instance.orders.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
    service_receipt_worker_DATABASE_URL = "postgresql://klo:${urlencode(local.orders_credentials.password)}@${aws_db_instance.orders.address}:5432/orders?sslmode=verify-full&sslrootcert=/etc/klo/ca-bundle.pem"
  })

  secret_string_wo_version = parseint(substr(sha256(jsonencode([local.orders_revision, local.orders_urls])), 0, 7), 16)
}

# Tells other apps.
resource "aws_ssm_parameter" "database_orders_host" {
  name        = "/klo/orders-rust/dev/database/orders/host"
  description = "host of database.orders"
  type        = "String"
  value       = aws_db_instance.orders.address
}

# Tells other apps.
resource "aws_ssm_parameter" "database_orders_port" {
  name        = "/klo/orders-rust/dev/database/orders/port"
  description = "port of database.orders"
  type        = "String"
  value       = "5432"
}

# Tells other apps.
resource "aws_ssm_parameter" "database_orders_database" {
  name        = "/klo/orders-rust/dev/database/orders/database"
  description = "database of database.orders"
  type        = "String"
  value       = "orders"
}

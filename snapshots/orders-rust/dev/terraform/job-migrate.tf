# The job migrate (job.migrate), stated in examples/orders-rust/crates/api/src/bin/migrate.rs at
# main.
#
# orders-rust, environment dev. Written by klo from the annotated source: change that instead.

# What the unit may reach, and what may reach it.
resource "aws_security_group" "job_migrate" {
  name        = "orders-rust-dev-migrate"
  description = "job.migrate"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "orders-rust-dev-migrate"
  }
}

# HTTPS to AWS APIs and the internet.
resource "aws_vpc_security_group_egress_rule" "job_migrate_https" {
  security_group_id = aws_security_group.job_migrate.id
  description       = "HTTPS to AWS APIs and the internet"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# What the unit writes to its output.
resource "aws_cloudwatch_log_group" "job_migrate" {
  name              = "/klo/orders-rust/dev/migrate"
  retention_in_days = 30
}

# What the unit's code may do.
resource "aws_iam_role" "job_migrate" {
  name        = "orders-rust-dev-migrate"
  description = "job.migrate: what the unit's code may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

# Starts the container: image, logs, secrets.
resource "aws_iam_role" "job_migrate_execution" {
  name        = "orders-rust-dev-migrate-execution"
  description = "job.migrate: starts the container: image, logs, secrets"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

# Starts the container: image, logs, secrets.
resource "aws_iam_role_policy" "job_migrate_execution" {
  name = "execution"
  role = aws_iam_role.job_migrate_execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LogInToRegistry"
        Effect = "Allow"
        Action = ["ecr:GetAuthorizationToken"]
        # The registry's token belongs to the account, not to a repository.
        Resource = "*"
      },
      {
        Sid    = "PullImage"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:GetDownloadUrlForLayer",
        ]
        Resource = "arn:aws:ecr:eu-west-1:*:repository/orders-rust-dev-migrate"
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.job_migrate.arn}:*"
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.database_orders_urls.arn
      },
    ]
  })
}

# What one run of the unit is.
resource "aws_batch_job_definition" "job_migrate" {
  name                  = "orders-rust-dev-migrate"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  propagate_tags        = true

  container_properties = jsonencode({
    image            = "${var.repositories["job-migrate"]}@${var.images["job-migrate"]}"
    jobRoleArn       = aws_iam_role.job_migrate.arn
    executionRoleArn = aws_iam_role.job_migrate_execution.arn
    resourceRequirements = [
      {
        type  = "VCPU"
        value = "1"
      },
      {
        type  = "MEMORY"
        value = "2048"
      },
    ]
    networkConfiguration = {
      assignPublicIp = "DISABLED"
    }
    fargatePlatformConfiguration = {
      platformVersion = "LATEST"
    }
    runtimePlatform = {
      operatingSystemFamily = "LINUX"
      cpuArchitecture       = "X86_64"
    }
    secrets = [
      {
        name      = "DATABASE_URL"
        valueFrom = "${aws_secretsmanager_secret.database_orders_urls.arn}:job_migrate_DATABASE_URL::${aws_secretsmanager_secret_version.database_orders_urls.version_id}"
      },
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.job_migrate.name
        awslogs-region        = "eu-west-1"
        awslogs-stream-prefix = "app"
      }
    }
  })

  retry_strategy {
    attempts = 2
  }

  timeout {
    attempt_duration_seconds = 3600
  }

  depends_on = [
    aws_iam_role_policy.job_migrate_execution,
    aws_route.private_internet,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.job_migrate_https,
    aws_vpc_security_group_ingress_rule.job_migrate_to_database_orders,
    aws_vpc_security_group_egress_rule.job_migrate_to_database_orders,
    aws_db_instance.orders,
    aws_secretsmanager_secret_version.database_orders_urls,
  ]
}

# How much may run at once, and where.
resource "aws_batch_compute_environment" "job_migrate" {
  type  = "MANAGED"
  state = "ENABLED"

  compute_resources {
    type               = "FARGATE"
    max_vcpus          = 1
    subnets            = [aws_subnet.private_1.id, aws_subnet.private_2.id]
    security_group_ids = [aws_security_group.job_migrate.id]
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Where runs of the unit wait for their turn.
resource "aws_batch_job_queue" "job_migrate" {
  name     = "orders-rust-dev-migrate"
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.job_migrate.arn
  }
}

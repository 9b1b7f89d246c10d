# The job nightly-report (job.nightly-report), stated in examples/shop/jobs/nightly_report.py at
# main.
#
# shop, environment prod. Written by klo from the annotated source: change that instead.

# What the unit may reach, and what may reach it.
resource "aws_security_group" "job_nightly_report" {
  name        = "shop-prod-nightly-report"
  description = "job.nightly-report"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "shop-prod-nightly-report"
  }
}

# HTTPS to AWS APIs and the internet.
resource "aws_vpc_security_group_egress_rule" "job_nightly_report_https" {
  security_group_id = aws_security_group.job_nightly_report.id
  description       = "HTTPS to AWS APIs and the internet"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# What the unit writes to its output.
resource "aws_cloudwatch_log_group" "job_nightly_report" {
  name              = "/klo/shop/prod/nightly-report"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# What the unit's code may do.
resource "aws_iam_role" "job_nightly_report" {
  name        = "shop-prod-nightly-report"
  description = "job.nightly-report: what the unit's code may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "123456789012"
          }
        }
      },
    ]
  })
}

# Starts the container: image, logs, secrets.
resource "aws_iam_role" "job_nightly_report_execution" {
  name        = "shop-prod-nightly-report-execution"
  description = "job.nightly-report: starts the container: image, logs, secrets"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "123456789012"
          }
        }
      },
    ]
  })
}

# Starts the container: image, logs, secrets.
resource "aws_iam_role_policy" "job_nightly_report_execution" {
  name = "execution"
  role = aws_iam_role.job_nightly_report_execution.id

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
        Resource = "arn:aws:ecr:eu-west-1:123456789012:repository/shop-prod-nightly-report"
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.job_nightly_report.arn}:*"
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.database_orders_urls.arn
      },
      {
        Sid      = "DecryptSecrets"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "secretsmanager.eu-west-1.amazonaws.com"
          }
        }
      },
    ]
  })
}

# Write and nothing else (job.nightly-report -> bucket.receipts).
resource "aws_iam_role_policy" "job_nightly_report_to_bucket_receipts" {
  name = "bucket-receipts"
  role = aws_iam_role.job_nightly_report.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "BucketReceipts"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "${aws_s3_bucket.receipts.arn}/*"
      },
      {
        Sid      = "BucketReceiptsKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
    ]
  })
}

# What one run of the unit is.
resource "aws_batch_job_definition" "job_nightly_report" {
  name                  = "shop-prod-nightly-report"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  propagate_tags        = true

  container_properties = jsonencode({
    image            = "${var.repositories["job-nightly-report"]}@${var.images["job-nightly-report"]}"
    jobRoleArn       = aws_iam_role.job_nightly_report.arn
    executionRoleArn = aws_iam_role.job_nightly_report_execution.arn
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
    environment = [
      {
        name  = "RECEIPTS_BUCKET"
        value = aws_s3_bucket.receipts.id
      },
      {
        name  = "RECEIPT_QUEUE_URL"
        value = "https://unused.invalid/unused"
      },
    ]
    secrets = [
      {
        name      = "DATABASE_URL"
        valueFrom = "${aws_secretsmanager_secret.database_orders_urls.arn}:job_nightly_report_DATABASE_URL::${aws_secretsmanager_secret_version.database_orders_urls.version_id}"
      },
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.job_nightly_report.name
        awslogs-region        = "eu-west-1"
        awslogs-stream-prefix = "app"
      }
    }
  })

  retry_strategy {
    attempts = 3
  }

  timeout {
    attempt_duration_seconds = 900
  }

  depends_on = [
    aws_iam_role_policy.job_nightly_report_execution,
    aws_iam_role_policy.job_nightly_report_to_bucket_receipts,
    aws_route.private_1_internet,
    aws_route.private_2_internet,
    aws_route.private_3_internet,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.job_nightly_report_https,
    aws_vpc_security_group_ingress_rule.job_nightly_report_to_database_orders,
    aws_vpc_security_group_egress_rule.job_nightly_report_to_database_orders,
    aws_db_instance.orders,
    aws_secretsmanager_secret_version.database_orders_urls,
  ]
}

# How much may run at once, and where.
resource "aws_batch_compute_environment" "job_nightly_report" {
  type  = "MANAGED"
  state = "ENABLED"

  compute_resources {
    type      = "FARGATE"
    max_vcpus = 1

    subnets = [
      aws_subnet.private_1.id,
      aws_subnet.private_2.id,
      aws_subnet.private_3.id,
    ]

    security_group_ids = [aws_security_group.job_nightly_report.id]
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Where runs of the unit wait for their turn.
resource "aws_batch_job_queue" "job_nightly_report" {
  name     = "shop-prod-nightly-report"
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.job_nightly_report.arn
  }
}

# Starts that could not be made.
resource "aws_sqs_queue" "job_nightly_report_schedule_dead" {
  name                      = "shop-prod-nightly-report-schedule-dead"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.key_arn
}

# Starts the job by the clock.
resource "aws_iam_role" "job_nightly_report_schedule" {
  name        = "shop-prod-nightly-report-schedule"
  description = "job.nightly-report: starts the job by the clock"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "scheduler.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "123456789012"
          }
        }
      },
    ]
  })
}

# Starts the job by the clock.
resource "aws_iam_role_policy" "job_nightly_report_schedule" {
  name = "schedule"
  role = aws_iam_role.job_nightly_report_schedule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "StartJob"
        Effect = "Allow"
        Action = ["batch:SubmitJob"]
        Resource = [
          aws_batch_job_definition.job_nightly_report.arn_prefix,
          "${aws_batch_job_definition.job_nightly_report.arn_prefix}:*",
          aws_batch_job_queue.job_nightly_report.arn,
          "arn:aws:batch:eu-west-1:123456789012:job/*",
        ]
      },
      {
        Sid      = "KeepFailures"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = aws_sqs_queue.job_nightly_report_schedule_dead.arn
      },
      {
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = ["scheduler.eu-west-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com"]
          }
        }
      },
    ]
  })
}

# Starts the job by the clock.
resource "aws_scheduler_schedule" "job_nightly_report" {
  name                         = "shop-prod-nightly-report"
  description                  = "Starts job.nightly-report"
  schedule_expression          = "cron(30 2 * * ? *)"
  schedule_expression_timezone = "UTC"
  kms_key_arn                  = var.key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:batch:submitJob"
    role_arn = aws_iam_role.job_nightly_report_schedule.arn

    input = jsonencode({
      JobName       = "shop-prod-nightly-report"
      JobDefinition = aws_batch_job_definition.job_nightly_report.arn
      JobQueue      = aws_batch_job_queue.job_nightly_report.arn
    })

    dead_letter_config {
      arn = aws_sqs_queue.job_nightly_report_schedule_dead.arn
    }
  }
}

# The service receipt-worker (service.receipt-worker), stated in
# examples/orders-rust/crates/worker/src/main.rs at main.
#
# orders-rust, environment prod. Written by klo from the annotated source: change that instead.

# What the unit may reach, and what may reach it.
resource "aws_security_group" "service_receipt_worker" {
  name        = "orders-rust-prod-receipt-worker"
  description = "service.receipt-worker"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "orders-rust-prod-receipt-worker"
  }
}

# HTTPS to AWS APIs and the internet.
resource "aws_vpc_security_group_egress_rule" "service_receipt_worker_https" {
  security_group_id = aws_security_group.service_receipt_worker.id
  description       = "HTTPS to AWS APIs and the internet"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# What the unit writes to its output.
resource "aws_cloudwatch_log_group" "service_receipt_worker" {
  name              = "/klo/orders-rust/prod/receipt-worker"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# What the unit's code may do.
resource "aws_iam_role" "service_receipt_worker" {
  name        = "orders-rust-prod-receipt-worker"
  description = "service.receipt-worker: what the unit's code may do"

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
resource "aws_iam_role" "service_receipt_worker_execution" {
  name        = "orders-rust-prod-receipt-worker-execution"
  description = "service.receipt-worker: starts the container: image, logs, secrets"

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
resource "aws_iam_role_policy" "service_receipt_worker_execution" {
  name = "execution"
  role = aws_iam_role.service_receipt_worker_execution.id

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
        Resource = "arn:aws:ecr:eu-west-1:123456789012:repository/orders-rust-prod-receipt-worker"
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.service_receipt_worker.arn}:*"
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

# Write and nothing else (service.receipt-worker -> bucket.receipts).
resource "aws_iam_role_policy" "service_receipt_worker_to_bucket_receipts" {
  name = "bucket-receipts"
  role = aws_iam_role.service_receipt_worker.id

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

# Consume and nothing else (service.receipt-worker -> queue.receipt-requests).
resource "aws_iam_role_policy" "service_receipt_worker_to_queue_receipt_requests" {
  name = "queue-receipt-requests"
  role = aws_iam_role.service_receipt_worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "QueueReceiptRequests"
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:ReceiveMessage"]
        Resource = aws_sqs_queue.receipt_requests.arn
      },
      {
        Sid      = "QueueReceiptRequestsKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "sqs.eu-west-1.amazonaws.com"
          }
        }
      },
    ]
  })
}

# What one task of the unit is.
resource "aws_ecs_task_definition" "service_receipt_worker" {
  family                   = "orders-rust-prod-receipt-worker"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.service_receipt_worker_execution.arn
  task_role_arn            = aws_iam_role.service_receipt_worker.arn

  container_definitions = jsonencode([
    {
      name                   = "app"
      image                  = "${var.repositories["service-receipt-worker"]}@${var.images["service-receipt-worker"]}"
      essential              = true
      readonlyRootFilesystem = true
      linuxParameters = {
        initProcessEnabled = true
      }
      mountPoints = [
        {
          sourceVolume  = "tmp"
          containerPath = "/tmp"
          readOnly      = false
        },
      ]
      environment = [
        {
          name  = "RECEIPTS_BUCKET"
          value = aws_s3_bucket.receipts.id
        },
        {
          name  = "RECEIPT_QUEUE_URL"
          value = aws_sqs_queue.receipt_requests.url
        },
      ]
      secrets = [
        {
          name      = "DATABASE_URL"
          valueFrom = "${aws_secretsmanager_secret.database_orders_urls.arn}:service_receipt_worker_DATABASE_URL::${aws_secretsmanager_secret_version.database_orders_urls.version_id}"
        },
      ]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.service_receipt_worker.name
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "app"
        }
      }
    },
  ])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  volume {
    name = "tmp"
  }
}

# Keeps the unit's tasks running.
resource "aws_ecs_service" "service_receipt_worker" {
  name                          = "orders-rust-prod-receipt-worker"
  cluster                       = aws_ecs_cluster.main.arn
  task_definition               = aws_ecs_task_definition.service_receipt_worker.arn
  desired_count                 = 1
  launch_type                   = "FARGATE"
  availability_zone_rebalancing = "ENABLED"
  enable_ecs_managed_tags       = true
  propagate_tags                = "SERVICE"

  network_configuration {
    subnets = [
      aws_subnet.private_1.id,
      aws_subnet.private_2.id,
      aws_subnet.private_3.id,
    ]

    security_groups  = [aws_security_group.service_receipt_worker.id]
    assign_public_ip = false
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [
    aws_iam_role_policy.service_receipt_worker_execution,
    aws_iam_role_policy.service_receipt_worker_to_bucket_receipts,
    aws_iam_role_policy.service_receipt_worker_to_queue_receipt_requests,
    aws_route.private_1_internet,
    aws_route.private_2_internet,
    aws_route.private_3_internet,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.service_receipt_worker_https,
    aws_vpc_security_group_ingress_rule.service_receipt_worker_to_database_orders,
    aws_vpc_security_group_egress_rule.service_receipt_worker_to_database_orders,
    aws_db_instance.orders,
    aws_secretsmanager_secret_version.database_orders_urls,
  ]
}

# How few and how many tasks there may be.
resource "aws_appautoscaling_target" "service_receipt_worker" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.service_receipt_worker.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 2
}

# As many tasks as keep the CPU at its target.
resource "aws_appautoscaling_policy" "service_receipt_worker_cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service_receipt_worker.service_namespace
  resource_id        = aws_appautoscaling_target.service_receipt_worker.resource_id
  scalable_dimension = aws_appautoscaling_target.service_receipt_worker.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

# The service minimal (service.minimal), stated in examples/minimal/app.py at app.
#
# minimal, environment dev. Written by klo from the annotated source: change that instead.

# What the unit may reach, and what may reach it.
resource "aws_security_group" "service_minimal" {
  name        = "minimal-dev-minimal"
  description = "service.minimal"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "minimal-dev-minimal"
  }
}

# HTTPS to AWS APIs and the internet.
resource "aws_vpc_security_group_egress_rule" "service_minimal_https" {
  security_group_id = aws_security_group.service_minimal.id
  description       = "HTTPS to AWS APIs and the internet"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# What the unit writes to its output.
resource "aws_cloudwatch_log_group" "service_minimal" {
  name              = "/klo/minimal/dev/minimal"
  retention_in_days = 30
}

# What the unit's code may do.
resource "aws_iam_role" "service_minimal" {
  name        = "minimal-dev-minimal"
  description = "service.minimal: what the unit's code may do"

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
resource "aws_iam_role" "service_minimal_execution" {
  name        = "minimal-dev-minimal-execution"
  description = "service.minimal: starts the container: image, logs, secrets"

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
resource "aws_iam_role_policy" "service_minimal_execution" {
  name = "execution"
  role = aws_iam_role.service_minimal_execution.id

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
        Resource = "arn:aws:ecr:us-east-1:*:repository/minimal-dev-minimal"
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.service_minimal.arn}:*"
      },
    ]
  })
}

# What one task of the unit is.
resource "aws_ecs_task_definition" "service_minimal" {
  family                   = "minimal-dev-minimal"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.service_minimal_execution.arn
  task_role_arn            = aws_iam_role.service_minimal.arn

  container_definitions = jsonencode([
    {
      name                   = "app"
      image                  = "${var.repositories["service-minimal"]}@${var.images["service-minimal"]}"
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
      portMappings = [
        {
          containerPort = 8080
          hostPort      = 8080
          protocol      = "tcp"
        },
      ]
      healthCheck = {
        command = [
          "CMD",
          "python",
          "-c",
          "import http.client as c, sys, urllib.parse as p; u = p.urlsplit(\"http://127.0.0.1:8080/\"); k = c.HTTPConnection(u.netloc, timeout=4); k.request(\"GET\", u.path); sys.exit(k.getresponse().status >= 500)",
        ]
        interval    = 15
        timeout     = 5
        retries     = 3
        startPeriod = 60
      }
      environment = [
        {
          name  = "PORT"
          value = "8080"
        },
      ]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.service_minimal.name
          awslogs-region        = "us-east-1"
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
resource "aws_ecs_service" "service_minimal" {
  name                          = "minimal-dev-minimal"
  cluster                       = aws_ecs_cluster.main.arn
  task_definition               = aws_ecs_task_definition.service_minimal.arn
  desired_count                 = 1
  launch_type                   = "FARGATE"
  availability_zone_rebalancing = "ENABLED"
  enable_ecs_managed_tags       = true
  propagate_tags                = "SERVICE"

  network_configuration {
    subnets          = [aws_subnet.private_1.id, aws_subnet.private_2.id]
    security_groups  = [aws_security_group.service_minimal.id]
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
    aws_iam_role_policy.service_minimal_execution,
    aws_route.private_internet,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.service_minimal_https,
  ]
}

# How few and how many tasks there may be.
resource "aws_appautoscaling_target" "service_minimal" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.service_minimal.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 2
}

# As many tasks as keep the CPU at its target.
resource "aws_appautoscaling_policy" "service_minimal_cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service_minimal.service_namespace
  resource_id        = aws_appautoscaling_target.service_minimal.resource_id
  scalable_dimension = aws_appautoscaling_target.service_minimal.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

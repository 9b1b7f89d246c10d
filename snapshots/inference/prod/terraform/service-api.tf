# The service api (service.api), stated in examples/inference/api/main.py at app.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

# What the unit may reach, and what may reach it.
resource "aws_security_group" "service_api" {
  name        = "inference-prod-api"
  description = "service.api"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "inference-prod-api"
  }
}

# HTTPS to AWS APIs and the internet.
resource "aws_vpc_security_group_egress_rule" "service_api_https" {
  security_group_id = aws_security_group.service_api.id
  description       = "HTTPS to AWS APIs and the internet"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# What the unit writes to its output.
resource "aws_cloudwatch_log_group" "service_api" {
  name              = "/klo/inference/prod/api"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# What the unit's code may do.
resource "aws_iam_role" "service_api" {
  name        = "inference-prod-api"
  description = "service.api: what the unit's code may do"

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
resource "aws_iam_role" "service_api_execution" {
  name        = "inference-prod-api-execution"
  description = "service.api: starts the container: image, logs, secrets"

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
resource "aws_iam_role_policy" "service_api_execution" {
  name = "execution"
  role = aws_iam_role.service_api_execution.id

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
        Resource = "arn:aws:ecr:eu-west-1:123456789012:repository/inference-prod-api"
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.service_api.arn}:*"
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.database_results_urls.arn
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

# What one task of the unit is.
resource "aws_ecs_task_definition" "service_api" {
  family                   = "inference-prod-api"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.service_api_execution.arn
  task_role_arn            = aws_iam_role.service_api.arn

  container_definitions = jsonencode([
    {
      name                   = "app"
      image                  = "${var.repositories["service-api"]}@${var.images["service-api"]}"
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
        {
          name  = "SCORER_URL"
          value = "http://scorer.prod.inference.internal"
        },
      ]
      secrets = [
        {
          name      = "DATABASE_URL"
          valueFrom = "${aws_secretsmanager_secret.database_results_urls.arn}:service_api_DATABASE_URL::${aws_secretsmanager_secret_version.database_results_urls.version_id}"
        },
      ]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.service_api.name
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
resource "aws_ecs_service" "service_api" {
  name                              = "inference-prod-api"
  cluster                           = aws_ecs_cluster.main.arn
  task_definition                   = aws_ecs_task_definition.service_api.arn
  desired_count                     = 1
  launch_type                       = "FARGATE"
  availability_zone_rebalancing     = "ENABLED"
  enable_ecs_managed_tags           = true
  propagate_tags                    = "SERVICE"
  health_check_grace_period_seconds = 60

  network_configuration {
    subnets = [
      aws_subnet.private_1.id,
      aws_subnet.private_2.id,
      aws_subnet.private_3.id,
    ]

    security_groups  = [aws_security_group.service_api.id]
    assign_public_ip = false
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.service_api.arn
    container_name   = "app"
    container_port   = 8080
  }

  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [
    aws_iam_role_policy.service_api_execution,
    aws_route.private_1_internet,
    aws_route.private_2_internet,
    aws_route.private_3_internet,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.service_api_https,
    aws_vpc_security_group_ingress_rule.service_api_to_database_results,
    aws_vpc_security_group_egress_rule.service_api_to_database_results,
    aws_db_instance.results,
    aws_secretsmanager_secret_version.database_results_urls,
    aws_lb_listener_rule.service_api_api,
  ]
}

# How few and how many tasks there may be.
resource "aws_appautoscaling_target" "service_api" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.service_api.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 2
}

# As many tasks as keep the CPU at its target.
resource "aws_appautoscaling_policy" "service_api_cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service_api.service_namespace
  resource_id        = aws_appautoscaling_target.service_api.resource_id
  scalable_dimension = aws_appautoscaling_target.service_api.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

# Its instances behind the load balancer.
resource "aws_lb_target_group" "service_api" {
  name                 = "inference-prod-api-8080"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 30

  health_check {
    path                = "/"
    matcher             = "200-499"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Requests for it.
resource "aws_lb_listener_rule" "service_api_api" {
  listener_arn = aws_lb_listener.api.arn
  priority     = 29455

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.service_api.arn
  }

  condition {
    http_header {
      http_header_name = "x-klo-unit"
      values           = ["api"]
    }
  }
}

# The load balancer reaches its instances.
resource "aws_vpc_security_group_egress_rule" "ingress_to_service_api" {
  security_group_id            = aws_security_group.ingress.id
  description                  = "Load balancer to service.api"
  referenced_security_group_id = aws_security_group.service_api.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

# The load balancer reaches its instances.
resource "aws_vpc_security_group_ingress_rule" "ingress_to_service_api" {
  security_group_id            = aws_security_group.service_api.id
  description                  = "Load balancer to service.api"
  referenced_security_group_id = aws_security_group.ingress.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

# Calls it through the load balancer (service.api -> service.scorer).
resource "aws_vpc_security_group_egress_rule" "service_api_to_service_scorer" {
  security_group_id            = aws_security_group.service_api.id
  description                  = "service.api to service.scorer through the load balancer"
  referenced_security_group_id = aws_security_group.ingress.id
  ip_protocol                  = "tcp"
  from_port                    = 80
  to_port                      = 80
}

# Calls it through the load balancer (service.api -> service.scorer).
resource "aws_vpc_security_group_ingress_rule" "service_api_to_service_scorer" {
  security_group_id            = aws_security_group.ingress.id
  description                  = "service.api to service.scorer through the load balancer"
  referenced_security_group_id = aws_security_group.service_api.id
  ip_protocol                  = "tcp"
  from_port                    = 80
  to_port                      = 80
}

# Its way in from the internet.
resource "aws_apigatewayv2_api" "service_api" {
  name          = "inference-prod-api"
  protocol_type = "HTTP"
  description   = "Way in to service.api"
}

# Passes requests on to it.
resource "aws_apigatewayv2_integration" "service_api" {
  api_id                 = aws_apigatewayv2_api.service_api.id
  integration_type       = "HTTP_PROXY"
  integration_method     = "ANY"
  integration_uri        = aws_lb_listener.api.arn
  connection_type        = "VPC_LINK"
  connection_id          = aws_apigatewayv2_vpc_link.ingress.id
  payload_format_version = "1.0"

  request_parameters = {
    "overwrite:header.x-klo-unit" = "api"
  }

  timeout_milliseconds = 30000
}

# Requests that are let in.
resource "aws_apigatewayv2_route" "service_api_default" {
  api_id    = aws_apigatewayv2_api.service_api.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.service_api.id}"
}

# A line per request.
resource "aws_cloudwatch_log_group" "service_api_access" {
  name              = "/aws/apigateway/inference-prod-api"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# Publishes the API, with a log line per request.
resource "aws_apigatewayv2_stage" "service_api" {
  api_id      = aws_apigatewayv2_api.service_api.id
  name        = "$default"
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.service_api_access.arn

    format = jsonencode({
      requestId = "$context.requestId"
      time      = "$context.requestTime"
      ip        = "$context.identity.sourceIp"
      method    = "$context.httpMethod"
      path      = "$context.path"
      status    = "$context.status"
      length    = "$context.responseLength"
      latency   = "$context.responseLatency"
      error     = "$context.integrationErrorMessage"
    })
  }
}

# Tells other apps.
resource "aws_ssm_parameter" "service_api_url" {
  name        = "/klo/inference/prod/service/api/url"
  description = "url of service.api"
  type        = "String"
  value       = aws_apigatewayv2_api.service_api.api_endpoint
}

# Tells other apps.
resource "aws_ssm_parameter" "service_api_host" {
  name        = "/klo/inference/prod/service/api/host"
  description = "host of service.api"
  type        = "String"
  value       = replace(aws_apigatewayv2_api.service_api.api_endpoint, "https://", "")
}

# Tells other apps.
resource "aws_ssm_parameter" "service_api_port" {
  name        = "/klo/inference/prod/service/api/port"
  description = "port of service.api"
  type        = "String"
  value       = "443"
}

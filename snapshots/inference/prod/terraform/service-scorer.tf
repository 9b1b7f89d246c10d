# The service scorer (service.scorer), stated in examples/inference/inference/main.py at app.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

# What the unit's code may do.
resource "aws_iam_role" "service_scorer" {
  name        = "inference-prod-scorer"
  description = "service.scorer: what the unit's code may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "pods.eks.amazonaws.com"
        }
        Action = ["sts:AssumeRole", "sts:TagSession"]
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:eks:eu-west-1:123456789012:cluster/inference-prod"
          }
          StringEquals = {
            "aws:RequestTag/kubernetes-namespace"       = "inference-prod"
            "aws:RequestTag/kubernetes-service-account" = "scorer"
          }
        }
      },
    ]
  })
}

# Gives the unit's pods its role.
resource "aws_eks_pod_identity_association" "service_scorer" {
  cluster_name    = aws_eks_cluster.main.name
  namespace       = "inference-prod"
  service_account = "scorer"
  role_arn        = aws_iam_role.service_scorer.arn
}

# Read, write and nothing else (service.scorer -> volume.models).
resource "aws_iam_role_policy" "service_scorer_to_volume_models" {
  name = "volume-models"
  role = aws_iam_role.service_scorer.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "VolumeModels"
        Effect   = "Allow"
        Action   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource = aws_efs_file_system.models.arn
        Condition = {
          ArnEquals = {
            "elasticfilesystem:AccessPointArn" = aws_efs_access_point.volume_models.arn
          }
        }
      },
    ]
  })
}

# Its instances behind the load balancer.
resource "aws_lb_target_group" "service_scorer" {
  name                 = "inference-prod-scorer-8080"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 30

  health_check {
    path                = "/healthz"
    matcher             = "200-399"
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
resource "aws_lb_listener_rule" "service_scorer_internal" {
  listener_arn = aws_lb_listener.internal.arn
  priority     = 34881

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.service_scorer.arn
  }

  condition {
    host_header {
      values = ["scorer.prod.inference.internal"]
    }
  }
}

# The load balancer reaches its instances.
resource "aws_vpc_security_group_egress_rule" "ingress_to_service_scorer" {
  security_group_id            = aws_security_group.ingress.id
  description                  = "Load balancer to service.scorer"
  referenced_security_group_id = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

# The load balancer reaches its instances.
resource "aws_vpc_security_group_ingress_rule" "ingress_to_service_scorer" {
  security_group_id            = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
  description                  = "Load balancer to service.scorer"
  referenced_security_group_id = aws_security_group.ingress.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

# Leads its name to its way in.
resource "aws_route53_record" "service_scorer_internal" {
  zone_id = aws_route53_zone.internal.zone_id
  name    = "scorer.prod.inference.internal"
  type    = "A"

  alias {
    name                   = aws_lb.ingress.dns_name
    zone_id                = aws_lb.ingress.zone_id
    evaluate_target_health = false
  }
}

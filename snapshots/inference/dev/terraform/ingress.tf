# The ways in, for service.api, service.scorer.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

# Who reaches the load balancer, and what it reaches.
resource "aws_security_group" "ingress" {
  name        = "inference-dev-ingress"
  description = "Internal load balancer"
  vpc_id      = aws_vpc.main.id
}

# The one door to the containers.
resource "aws_lb" "ingress" {
  name                       = "inference-dev-ingress"
  internal                   = true
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.ingress.id]
  subnets                    = [aws_subnet.private_1.id, aws_subnet.private_2.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = false
  idle_timeout               = 60
}

# Passes requests on to the unit that they name.
resource "aws_lb_listener" "api" {
  load_balancer_arn = aws_lb.ingress.arn
  port              = 8080
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }
}

# Passes requests on to the unit that they name.
resource "aws_lb_listener" "internal" {
  load_balancer_arn = aws_lb.ingress.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }
}

# What HTTP APIs reach.
resource "aws_security_group" "ingress_link" {
  name        = "inference-dev-ingress-link"
  description = "VPC link of the HTTP APIs"
  vpc_id      = aws_vpc.main.id
}

# The HTTP APIs' path into the network.
resource "aws_apigatewayv2_vpc_link" "ingress" {
  name               = "inference-dev-ingress"
  security_group_ids = [aws_security_group.ingress_link.id]
  subnet_ids         = [aws_subnet.private_1.id, aws_subnet.private_2.id]
}

# HTTP APIs reach the load balancer.
resource "aws_vpc_security_group_egress_rule" "ingress_link_to_ingress" {
  security_group_id            = aws_security_group.ingress_link.id
  description                  = "HTTP APIs to the load balancer"
  referenced_security_group_id = aws_security_group.ingress.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

# HTTP APIs reach the load balancer.
resource "aws_vpc_security_group_ingress_rule" "ingress_link_to_ingress" {
  security_group_id            = aws_security_group.ingress.id
  description                  = "HTTP APIs to the load balancer"
  referenced_security_group_id = aws_security_group.ingress_link.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

# Names inside the network.
resource "aws_route53_zone" "internal" {
  name    = "dev.inference.internal"
  comment = "Names inside the network"

  vpc {
    vpc_id = aws_vpc.main.id
  }
}

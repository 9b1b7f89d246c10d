# The network and who may talk to whom in it, for database.results, job.embed, service.api,
# service.scorer, volume.models.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

# The app's network.
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = {
    Name = "inference-prod"
  }
}

# Takes every rule out of the VPC's default group, so that nothing works by accident.
resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-prod-default-unused"
  }
}

# A way to the internet.
resource "aws_subnet" "public_1" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az1"
  cidr_block           = "10.0.64.0/22"

  tags = {
    Name = "inference-prod-public-1"
  }
}

# A way to the internet.
resource "aws_subnet" "public_2" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az2"
  cidr_block           = "10.0.68.0/22"

  tags = {
    Name = "inference-prod-public-2"
  }
}

# A way to the internet.
resource "aws_subnet" "public_3" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az3"
  cidr_block           = "10.0.72.0/22"

  tags = {
    Name = "inference-prod-public-3"
  }
}

# Where units run.
resource "aws_subnet" "private_1" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az1"
  cidr_block           = "10.0.0.0/20"

  tags = {
    Name = "inference-prod-private-1"
  }
}

# Where units run.
resource "aws_subnet" "private_2" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az2"
  cidr_block           = "10.0.16.0/20"

  tags = {
    Name = "inference-prod-private-2"
  }
}

# Where units run.
resource "aws_subnet" "private_3" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az3"
  cidr_block           = "10.0.32.0/20"

  tags = {
    Name = "inference-prod-private-3"
  }
}

# Where data stores stand, without a way out.
resource "aws_subnet" "data_1" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az1"
  cidr_block           = "10.0.80.0/22"

  tags = {
    Name = "inference-prod-data-1"
  }
}

# Where data stores stand, without a way out.
resource "aws_subnet" "data_2" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az2"
  cidr_block           = "10.0.84.0/22"

  tags = {
    Name = "inference-prod-data-2"
  }
}

# Where data stores stand, without a way out.
resource "aws_subnet" "data_3" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az3"
  cidr_block           = "10.0.88.0/22"

  tags = {
    Name = "inference-prod-data-3"
  }
}

# The network's door to the internet.
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-prod"
  }
}

# Where packets go.
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-prod-public"
  }
}

# The way to the internet.
resource "aws_route" "public_internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "public_1" {
  subnet_id      = aws_subnet.public_1.id
  route_table_id = aws_route_table.public.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "public_2" {
  subnet_id      = aws_subnet.public_2.id
  route_table_id = aws_route_table.public.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "public_3" {
  subnet_id      = aws_subnet.public_3.id
  route_table_id = aws_route_table.public.id
}

# Where packets go.
resource "aws_route_table" "data" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-prod-data"
  }
}

# Which routes a subnet has.
resource "aws_route_table_association" "data_1" {
  subnet_id      = aws_subnet.data_1.id
  route_table_id = aws_route_table.data.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "data_2" {
  subnet_id      = aws_subnet.data_2.id
  route_table_id = aws_route_table.data.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "data_3" {
  subnet_id      = aws_subnet.data_3.id
  route_table_id = aws_route_table.data.id
}

# The address that units have on the internet.
resource "aws_eip" "nat_1" {
  domain = "vpc"

  tags = {
    Name = "inference-prod-nat-1"
  }
}

# Units' way out.
resource "aws_nat_gateway" "main_1" {
  allocation_id = aws_eip.nat_1.id
  subnet_id     = aws_subnet.public_1.id

  tags = {
    Name = "inference-prod-nat-1"
  }

  depends_on = [aws_internet_gateway.main]
}

# The address that units have on the internet.
resource "aws_eip" "nat_2" {
  domain = "vpc"

  tags = {
    Name = "inference-prod-nat-2"
  }
}

# Units' way out.
resource "aws_nat_gateway" "main_2" {
  allocation_id = aws_eip.nat_2.id
  subnet_id     = aws_subnet.public_2.id

  tags = {
    Name = "inference-prod-nat-2"
  }

  depends_on = [aws_internet_gateway.main]
}

# The address that units have on the internet.
resource "aws_eip" "nat_3" {
  domain = "vpc"

  tags = {
    Name = "inference-prod-nat-3"
  }
}

# Units' way out.
resource "aws_nat_gateway" "main_3" {
  allocation_id = aws_eip.nat_3.id
  subnet_id     = aws_subnet.public_3.id

  tags = {
    Name = "inference-prod-nat-3"
  }

  depends_on = [aws_internet_gateway.main]
}

# Where packets go.
resource "aws_route_table" "private_1" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-prod-private-1"
  }
}

# The way to the internet.
resource "aws_route" "private_1_internet" {
  route_table_id         = aws_route_table.private_1.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main_1.id
}

# Where packets go.
resource "aws_route_table" "private_2" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-prod-private-2"
  }
}

# The way to the internet.
resource "aws_route" "private_2_internet" {
  route_table_id         = aws_route_table.private_2.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main_2.id
}

# Where packets go.
resource "aws_route_table" "private_3" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-prod-private-3"
  }
}

# The way to the internet.
resource "aws_route" "private_3_internet" {
  route_table_id         = aws_route_table.private_3.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main_3.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "private_1" {
  subnet_id      = aws_subnet.private_1.id
  route_table_id = aws_route_table.private_1.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "private_2" {
  subnet_id      = aws_subnet.private_2.id
  route_table_id = aws_route_table.private_2.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "private_3" {
  subnet_id      = aws_subnet.private_3.id
  route_table_id = aws_route_table.private_3.id
}

# Records of the network's traffic.
resource "aws_cloudwatch_log_group" "flow_logs" {
  name              = "/klo/inference/prod/flow-logs"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# Lets the VPC write its records.
resource "aws_iam_role" "flow_logs" {
  name = "inference-prod-flow-logs"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "vpc-flow-logs.amazonaws.com"
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

# Lets the VPC write its records.
resource "aws_iam_role_policy" "flow_logs" {
  name = "write"
  role = aws_iam_role.flow_logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteRecords"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.flow_logs.arn}:*"
      },
    ]
  })
}

# Records of the network's traffic.
resource "aws_flow_log" "main" {
  vpc_id          = aws_vpc.main.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.flow_logs.arn
  iam_role_arn    = aws_iam_role.flow_logs.arn

  tags = {
    Name = "inference-prod"
  }
}

# S3 without the internet.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.eu-west-1.s3"
  vpc_endpoint_type = "Gateway"

  route_table_ids = [
    aws_route_table.private_1.id,
    aws_route_table.private_2.id,
    aws_route_table.private_3.id,
  ]

  tags = {
    Name = "inference-prod-s3"
  }
}

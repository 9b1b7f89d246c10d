# The network and who may talk to whom in it, for database.results, job.embed, service.api,
# service.scorer, volume.models.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

# The app's network.
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = {
    Name = "inference-dev"
  }
}

# Takes every rule out of the VPC's default group, so that nothing works by accident.
resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-dev-default-unused"
  }
}

# A way to the internet.
resource "aws_subnet" "public_1" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az1"
  cidr_block           = "10.0.64.0/22"

  tags = {
    Name = "inference-dev-public-1"
  }
}

# A way to the internet.
resource "aws_subnet" "public_2" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az2"
  cidr_block           = "10.0.68.0/22"

  tags = {
    Name = "inference-dev-public-2"
  }
}

# Where units run.
resource "aws_subnet" "private_1" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az1"
  cidr_block           = "10.0.0.0/20"

  tags = {
    Name = "inference-dev-private-1"
  }
}

# Where units run.
resource "aws_subnet" "private_2" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az2"
  cidr_block           = "10.0.16.0/20"

  tags = {
    Name = "inference-dev-private-2"
  }
}

# Where data stores stand, without a way out.
resource "aws_subnet" "data_1" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az1"
  cidr_block           = "10.0.80.0/22"

  tags = {
    Name = "inference-dev-data-1"
  }
}

# Where data stores stand, without a way out.
resource "aws_subnet" "data_2" {
  vpc_id               = aws_vpc.main.id
  availability_zone_id = "euw1-az2"
  cidr_block           = "10.0.84.0/22"

  tags = {
    Name = "inference-dev-data-2"
  }
}

# The network's door to the internet.
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-dev"
  }
}

# Where packets go.
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-dev-public"
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

# Where packets go.
resource "aws_route_table" "data" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-dev-data"
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

# The address that units have on the internet.
resource "aws_eip" "nat_1" {
  domain = "vpc"

  tags = {
    Name = "inference-dev-nat-1"
  }
}

# Units' way out.
resource "aws_nat_gateway" "main_1" {
  allocation_id = aws_eip.nat_1.id
  subnet_id     = aws_subnet.public_1.id

  tags = {
    Name = "inference-dev-nat-1"
  }

  depends_on = [aws_internet_gateway.main]
}

# Where packets go.
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id

  tags = {
    Name = "inference-dev-private"
  }
}

# The way to the internet.
resource "aws_route" "private_internet" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main_1.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "private_1" {
  subnet_id      = aws_subnet.private_1.id
  route_table_id = aws_route_table.private.id
}

# Which routes a subnet has.
resource "aws_route_table_association" "private_2" {
  subnet_id      = aws_subnet.private_2.id
  route_table_id = aws_route_table.private.id
}

# S3 without the internet.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.eu-west-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]

  tags = {
    Name = "inference-dev-s3"
  }
}

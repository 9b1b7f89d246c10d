# The cache catalog (cache.catalog), stated in examples/orders-rust/crates/storage/src/catalog.rs at
# Catalog::connect::client.
#
# orders-rust, environment prod. Written by klo from the annotated source: change that instead.

# Admits exactly what has an edge.
resource "aws_security_group" "cache_catalog" {
  name        = "orders-rust-prod-catalog-cache"
  description = "Guards cache.catalog"
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "orders-rust-prod-catalog-cache"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The subnets it stands in.
resource "aws_elasticache_subnet_group" "cache_catalog" {
  name        = "orders-rust-prod-catalog-cache"
  description = "Subnets of cache.catalog"
  subnet_ids  = [aws_subnet.data_1.id, aws_subnet.data_2.id, aws_subnet.data_3.id]
}

# The cache.
resource "aws_elasticache_replication_group" "catalog" {
  replication_group_id       = "orders-rust-prod-catalog"
  description                = "cache.catalog of orders-rust"
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = "cache.t4g.micro"
  port                       = 6379
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  security_group_ids         = [aws_security_group.cache_catalog.id]
  at_rest_encryption_enabled = true
  kms_key_id                 = var.key_arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  snapshot_retention_limit   = 7
  final_snapshot_identifier  = "orders-rust-prod-catalog-final-${replace(aws_security_group.cache_catalog.id, "sg-", "")}"
  subnet_group_name          = aws_elasticache_subnet_group.cache_catalog.name

  lifecycle {
    prevent_destroy = true
  }
}

# Admits the caller (service.api -> cache.catalog).
resource "aws_vpc_security_group_ingress_rule" "service_api_to_cache_catalog" {
  security_group_id            = aws_security_group.cache_catalog.id
  description                  = "service.api to cache.catalog"
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  referenced_security_group_id = aws_security_group.service_api.id
}

# Lets the caller reach it (service.api -> cache.catalog).
resource "aws_vpc_security_group_egress_rule" "service_api_to_cache_catalog" {
  security_group_id            = aws_security_group.service_api.id
  description                  = "service.api to cache.catalog"
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  referenced_security_group_id = aws_security_group.cache_catalog.id
}

# Tells other apps.
resource "aws_ssm_parameter" "cache_catalog_host" {
  name        = "/klo/orders-rust/prod/cache/catalog/host"
  description = "host of cache.catalog"
  type        = "String"
  value       = aws_elasticache_replication_group.catalog.primary_endpoint_address
}

# Tells other apps.
resource "aws_ssm_parameter" "cache_catalog_port" {
  name        = "/klo/orders-rust/prod/cache/catalog/port"
  description = "port of cache.catalog"
  type        = "String"
  value       = "6379"
}

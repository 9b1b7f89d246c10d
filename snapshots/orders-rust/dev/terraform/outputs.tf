# What people and programs need to know once this is applied.
#
# orders-rust, environment dev. Written by klo from the annotated source: change that instead.

output "bucket_receipts_name" {
  description = "The name of bucket.receipts"
  value       = aws_s3_bucket.receipts.id
}

output "bucket_receipts_arn" {
  description = "The arn of bucket.receipts"
  value       = aws_s3_bucket.receipts.arn
}

output "cache_catalog_host" {
  description = "The host of cache.catalog"
  value       = aws_elasticache_replication_group.catalog.primary_endpoint_address
}

output "cache_catalog_port" {
  description = "The port of cache.catalog"
  value       = "6379"
}

output "database_orders_host" {
  description = "The host of database.orders"
  value       = aws_db_instance.orders.address
}

output "database_orders_port" {
  description = "The port of database.orders"
  value       = "5432"
}

output "database_orders_database" {
  description = "The database of database.orders"
  value       = "orders"
}

output "queue_receipt_requests_url" {
  description = "The url of queue.receipt-requests"
  value       = aws_sqs_queue.receipt_requests.url
}

output "queue_receipt_requests_name" {
  description = "The name of queue.receipt-requests"
  value       = aws_sqs_queue.receipt_requests.name
}

output "queue_receipt_requests_arn" {
  description = "The arn of queue.receipt-requests"
  value       = aws_sqs_queue.receipt_requests.arn
}

output "service_api_url" {
  description = "The url of service.api"
  value       = aws_apigatewayv2_api.service_api.api_endpoint
}

output "service_api_host" {
  description = "The host of service.api"
  value       = replace(aws_apigatewayv2_api.service_api.api_endpoint, "https://", "")
}

output "service_api_port" {
  description = "The port of service.api"
  value       = 443
}

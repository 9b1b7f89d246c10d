# What people and programs need to know once this is applied.
#
# reports, environment prod. Written by klo from the annotated source: change that instead.

output "database_reports_host" {
  description = "The host of database.reports"
  value       = aws_db_instance.reports.address
}

output "database_reports_port" {
  description = "The port of database.reports"
  value       = "5432"
}

output "database_reports_database" {
  description = "The database of database.reports"
  value       = "reports"
}

output "queue_report_requests_url" {
  description = "The url of queue.report-requests"
  value       = aws_sqs_queue.report_requests.url
}

output "queue_report_requests_name" {
  description = "The name of queue.report-requests"
  value       = aws_sqs_queue.report_requests.name
}

output "queue_report_requests_arn" {
  description = "The arn of queue.report-requests"
  value       = aws_sqs_queue.report_requests.arn
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

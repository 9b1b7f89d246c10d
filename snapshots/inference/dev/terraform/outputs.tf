# What people and programs need to know once this is applied.
#
# inference, environment dev. Written by klo from the annotated source: change that instead.

output "kubernetes" {
  description = "The lines of kubernetes/terraform.env"
  value       = "JOB_EMBED_IMAGE=${var.repositories["job-embed"]}@${var.images["job-embed"]}\nJOB_EMBED__DOCUMENTS_BUCKET=${aws_s3_bucket.documents.id}\nSERVICE_SCORER_IMAGE=${var.repositories["service-scorer"]}@${var.images["service-scorer"]}\nSERVICE_SCORER_TARGET_GROUP=${aws_lb_target_group.service_scorer.arn}\nVOLUME_MODELS_ACCESS_POINT=${aws_efs_access_point.volume_models.id}\nVOLUME_MODELS_FILE_SYSTEM=${aws_efs_file_system.models.id}\n"
}

output "bucket_documents_name" {
  description = "The name of bucket.documents"
  value       = aws_s3_bucket.documents.id
}

output "bucket_documents_arn" {
  description = "The arn of bucket.documents"
  value       = aws_s3_bucket.documents.arn
}

output "database_results_host" {
  description = "The host of database.results"
  value       = aws_db_instance.results.address
}

output "database_results_port" {
  description = "The port of database.results"
  value       = "5432"
}

output "database_results_database" {
  description = "The database of database.results"
  value       = "results"
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

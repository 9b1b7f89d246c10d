# What people and programs need to know once this is applied.
#
# orders-rust, environment dev. Written by klo from the annotated source: change that instead.

output "repositories" {
  description = "Where images are pushed, by unit"

  value = {
    job-migrate            = aws_ecr_repository.job_migrate.repository_url
    service-api            = aws_ecr_repository.service_api.repository_url
    service-receipt-worker = aws_ecr_repository.service_receipt_worker.repository_url
  }
}

output "tfvars" {
  description = "Variables of the main root, as JSON"

  value = jsonencode({
    repositories = {
      job-migrate            = aws_ecr_repository.job_migrate.repository_url
      service-api            = aws_ecr_repository.service_api.repository_url
      service-receipt-worker = aws_ecr_repository.service_receipt_worker.repository_url
    }
  })
}

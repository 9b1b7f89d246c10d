# What people and programs need to know once this is applied.
#
# shop, environment dev. Written by klo from the annotated source: change that instead.

output "repositories" {
  description = "Where images are pushed, by unit"

  value = {
    function-receipt-worker = aws_ecr_repository.function_receipt_worker.repository_url
    job-nightly-report      = aws_ecr_repository.job_nightly_report.repository_url
    service-orders-api      = aws_ecr_repository.service_orders_api.repository_url
  }
}

output "tfvars" {
  description = "Variables of the main root, as JSON"

  value = jsonencode({
    repositories = {
      function-receipt-worker = aws_ecr_repository.function_receipt_worker.repository_url
      job-nightly-report      = aws_ecr_repository.job_nightly_report.repository_url
      service-orders-api      = aws_ecr_repository.service_orders_api.repository_url
    }
    secrets = {
      secret-payments-api-key = aws_secretsmanager_secret.payments_api_key.arn
    }
  })
}

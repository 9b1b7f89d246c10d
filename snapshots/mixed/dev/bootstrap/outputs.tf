# What people and programs need to know once this is applied.
#
# reports, environment dev. Written by klo from the annotated source: change that instead.

output "repositories" {
  description = "Where images are pushed, by unit"

  value = {
    service-api    = aws_ecr_repository.service_api.repository_url
    service-worker = aws_ecr_repository.service_worker.repository_url
  }
}

output "tfvars" {
  description = "Variables of the main root, as JSON"

  value = jsonencode({
    repositories = {
      service-api    = aws_ecr_repository.service_api.repository_url
      service-worker = aws_ecr_repository.service_worker.repository_url
    }
  })
}

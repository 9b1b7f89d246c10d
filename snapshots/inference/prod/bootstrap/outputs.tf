# What people and programs need to know once this is applied.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

output "repositories" {
  description = "Where images are pushed, by unit"

  value = {
    job-embed      = aws_ecr_repository.job_embed.repository_url
    service-api    = aws_ecr_repository.service_api.repository_url
    service-scorer = aws_ecr_repository.service_scorer.repository_url
  }
}

output "tfvars" {
  description = "Variables of the main root, as JSON"

  value = jsonencode({
    repositories = {
      job-embed      = aws_ecr_repository.job_embed.repository_url
      service-api    = aws_ecr_repository.service_api.repository_url
      service-scorer = aws_ecr_repository.service_scorer.repository_url
    }
    key_arn = aws_kms_key.main.arn
  })
}

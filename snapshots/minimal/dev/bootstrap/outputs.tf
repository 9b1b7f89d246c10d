# What people and programs need to know once this is applied.
#
# minimal, environment dev. Written by klo from the annotated source: change that instead.

output "repositories" {
  description = "Where images are pushed, by unit"

  value = {
    service-minimal = aws_ecr_repository.service_minimal.repository_url
  }
}

output "tfvars" {
  description = "Variables of the main root, as JSON"

  value = jsonencode({
    repositories = {
      service-minimal = aws_ecr_repository.service_minimal.repository_url
    }
  })
}

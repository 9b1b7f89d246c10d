# What must stand before the rest for service.api, stated in examples/inference/api/main.py at app.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

# Holds its image.
resource "aws_ecr_repository" "service_api" {
  name                 = "inference-prod-api"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.main.arn
  }
}

# Old images go away.
resource "aws_ecr_lifecycle_policy" "service_api" {
  repository = aws_ecr_repository.service_api.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Images without a tag"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = 7
        }
        action = {
          type = "expire"
        }
      },
      {
        rulePriority = 2
        description  = "All but the newest images"
        selection = {
          tagStatus   = "any"
          countType   = "imageCountMoreThan"
          countNumber = 30
        }
        action = {
          type = "expire"
        }
      },
    ]
  })
}
